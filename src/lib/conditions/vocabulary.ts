/** What the names in a condition may be. */
import type { Expression } from './condition.js';

/** What a number counts. `none` goes with everything: a load, a factor. */
export type Unit = 'ms' | 's' | 'fraction' | 'count' | 'bytes' | 'perMinute' | 'none';

/** What a name stands for. */
export interface Term {
  readonly type: 'number' | 'text' | 'boolean';
  readonly unit: Unit;
  /** The words that a text may be, where they are known. */
  readonly words?: readonly string[];
}

export interface Vocabulary {
  readonly metrics: ReadonlyMap<string, Term>;
  /** Short names, each for an expression over metrics. */
  readonly aliases: ReadonlyMap<string, Expression>;
}
