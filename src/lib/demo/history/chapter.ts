/** What a part of the past is. One file each; `index.ts` names them. */
import type pg from 'pg';
import * as z from 'zod';
import type { Config } from '../../config/index.js';
import type { Connection, Place } from '../place.js';
import type { Story } from './story.js';

/** Something hidden in the past for a command to find. */
export const Planted = z.object({
  id: z.string(),
  sentence: z.string(),
  /** The command that finds it, without `viktoria-ops` and `--config`. */
  command: z.string(),
  /** What is true about it, for whoever wants to compare. */
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type Planted = z.infer<typeof Planted>;

/** Where the past is written. */
export interface Stage extends Place {
  /** The access log of the reverse proxy before the backend. */
  readonly proxyLog: string;
  readonly connection: Connection;
  /** As the owner of the database. */
  readonly client: pg.Client;
  /** Of the demonstration. */
  readonly config: Config;
  readonly signal: AbortSignal;
}

export interface Chapter {
  readonly name: string;
  /** The past comes from the story alone: the same story leaves the same. */
  readonly write: (stage: Stage, story: Story) => Promise<void>;
  /** Told by the story, whether written or not. */
  readonly planted: (story: Story) => readonly Planted[];
}
