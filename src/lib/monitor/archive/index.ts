/** What outlives the process, shared by every instance of the application. */
import type { ErrorEntry } from '../history/errors.js';
import type { Period, Piece, Step } from '../history/periods.js';
import type { Cell } from '../history/tally.js';

/** All counts of one period, which begins at `from` (ms since 1970), as one instance saw them. */
export interface Rollup {
  readonly step: Step;
  readonly from: number;
  readonly cells: readonly Cell[];
}

export interface InstanceRollup extends Rollup {
  readonly instance: string;
}

/** Each throws when the archive does not answer in time. */
export interface Archive {
  /** Of every instance, this one's earlier rows too. */
  readonly rollups: (pieces: readonly Piece[]) => Promise<readonly InstanceRollup[]>;
  /** When any instance was watching. */
  readonly watched: (period: Period) => Promise<readonly Period[]>;
  /** The newest of every instance, newest first. */
  readonly errors: (limit: number) => Promise<readonly ErrorEntry[]>;
}
