/** What outlives the process, shared by every instance of the application. */
import type { ResourceUsage } from '../../contract/index.js';
import type { ErrorEntry } from '../history/errors.js';
import type { Rollup } from '../history/ledger.js';
import type { Period, Piece } from '../history/periods.js';
import type { EventRow } from './tables.js';

/** A rollup as one instance saw it. */
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
  /** What was kept of other events of a kind, newest first. */
  readonly events: <Body>(kind: EventRow['kind'], limit: number) => Promise<readonly Body[]>;
  /** What the newest start kept of the configuration, with its hashes, however much was noticed since; none before the first. */
  readonly lastStart: () => Promise<readonly unknown[]>;
  /** Means of each step and instance, at the start of the step, oldest first. */
  readonly usage: (period: Period, stepMs: number) => Promise<readonly ResourceUsage[]>;
}
