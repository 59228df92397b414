/** What has been read, by this run and, where it goes on with one, by those before. */
import type { Checkpoint } from './checkpoint.js';
import type { Memory } from './memory.js';

export interface Ledger {
  readonly checkpoints: Checkpoint[];
  readonly archives: Memory['archives'];
  /** Those that a file was gone on with from. */
  readonly passed: Set<Checkpoint>;
  /** Those that a file ends at. */
  readonly ends: Set<Checkpoint>;
}

export const createLedger = (memory: Memory | undefined): Ledger => ({
  checkpoints: [...(memory?.checkpoints ?? [])],
  archives: [...(memory?.archives ?? [])],
  passed: new Set(),
  ends: new Set(),
});

/** What the next run has to know: where files end, and where those ended that are not there now. */
export const entriesOf = ({
  checkpoints,
  archives,
  passed,
  ends,
}: Ledger): Pick<Memory, 'checkpoints' | 'archives'> => ({
  checkpoints: checkpoints.filter((checkpoint) => ends.has(checkpoint) || !passed.has(checkpoint)),
  archives,
});
