/** What a verification is given. */
import type { Context } from '../../context.js';
import type { Finding } from '../../status.js';
import type { Level, Manifest } from '../manifest.js';
import type { Store } from '../store.js';

export type VerifyContext = Pick<
  Context,
  | 'config'
  | 'elapsed'
  | 'env'
  | 'interactive'
  | 'log'
  | 'maintenance'
  | 'now'
  | 'pg'
  | 'progress'
  | 'runId'
  | 'signal'
  | 'state'
>;

export interface VerifySite {
  readonly context: VerifyContext;
  readonly store: Store;
  readonly manifest: Manifest;
  /** All of the catalogue, oldest first. */
  readonly history: readonly Manifest[];
  /** Null where its age is no matter: it is not the newest of its group. */
  readonly maxAgeMs: number | null;
}

/**
 * Tries to prove one level of a backup. An error among the findings: the backup is bad. `unknown`: it cannot be proven
 * here, which says nothing about it. Otherwise the level is reached.
 */
export type Prover = (site: VerifySite) => Promise<readonly Finding[]>;

/** How each level is proven, for one kind of backup; level 0 and 1 are the same for all. */
export interface Provers extends Readonly<Record<Extract<Level, 2 | 3>, Prover>> {
  /** Level 3 reads and understands all that level 2 does, which is then only tried where level 3 cannot be. */
  readonly restoresAllItReads: boolean;
}
