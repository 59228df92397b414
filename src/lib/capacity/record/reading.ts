/** What a part of a sample is. One file each; `index.ts` names them. */
import type { Context } from '../../context.js';
import type { Resources } from '../sample.js';

export interface Reading {
  readonly name: string;
  /** Throws `OperatorError` where there is nothing to be had: the sample then does without. */
  readonly read: (context: Pick<Context, 'api' | 'config' | 'now' | 'pg'>) => Promise<Resources>;
}
