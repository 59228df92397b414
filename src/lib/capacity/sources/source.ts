/** Where history comes from. One file each; `index.ts` names them. */
import type { Context } from '../../context.js';
import type { Point } from '../history.js';

export interface HistorySource {
  readonly name: string;
  /** Every point it has. Throws `OperatorError` where it cannot be asked: the others are enough. */
  readonly read: (context: Pick<Context, 'api' | 'config' | 'now'>) => Promise<readonly Point[]>;
}
