/** What a section of the handbook is. */
import type { Config } from '../config/index.js';
import type { Context } from '../context.js';
import type { Block } from './block.js';

export type DocsContext = Pick<Context, 'api' | 'config' | 'cwd' | 'log' | 'now' | 'redactor' | 'signal' | 'state'>;

/** The tiers as `maintenance list` tells them. */
export type Schedule = readonly {
  readonly tier: string;
  readonly steps: readonly { readonly id: string; readonly changes: boolean }[];
}[];

export interface Subject {
  readonly context: DocsContext;
  readonly config: Config;
  readonly schedule: Schedule;
  /** A command of viktoria-ops as it must be typed here: with the configuration file, and the environment. */
  readonly command: (words: string) => string;
}

export interface Section {
  /** Also the name of the region below it that people write in. Never changes: their text is found by it. */
  readonly id: string;
  readonly title: string;
  /** Nothing in it depends on the time of day: the same installation gives the same words. Errors: `OperatorError`. */
  readonly write: (subject: Subject) => Promise<readonly Block[]>;
}
