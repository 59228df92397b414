/** Indexes that nothing has read for long, by our own samples: the server's counters begin anew too often to tell. */
import * as z from 'zod';
import type { IndexRow } from '../../pg/queries/index-inventory.js';
import { dropIndex, namesOf, restoreIndex } from './names.js';
import type { UnusedIndex } from './report.js';

const Sample = z.object({
  at: z.iso.datetime(),
  statsReset: z.iso.datetime().nullable(),
  /** Scans since the statistics began, by oid of the index. */
  scans: z.record(z.string(), z.number()),
});
export type Sample = z.infer<typeof Sample>;

/** Oldest first, without a reset of the statistics among them. */
export const Samples = z.array(Sample);

const DAY_MS = 86_400_000;
/** As many as daily runs make in a quarter. */
const MOST_SAMPLES = 92;

/**
 * The samples with one more. A reset of the statistics, told by the server or by a counter that fell (after a crash it
 * tells nothing), breaks the history: what was before cannot be compared. Of one day the first sample is kept.
 */
export function addSample(samples: readonly Sample[], next: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last === undefined || !continues(last, next)) return [next];
  const isSameDay = Date.parse(next.at) - Date.parse(last.at) < DAY_MS / 2;
  return isSameDay ? samples : [...samples, next].slice(-MOST_SAMPLES);
}

function continues(last: Sample, next: Sample): boolean {
  const hasFallen = Object.entries(next.scans).some(([oid, scans]) => scans < (last.scans[oid] ?? 0));
  return last.statsReset === next.statsReset && !hasFallen;
}

/**
 * Indexes without a scan over the window, largest first; none when the samples do not reach back that far. Left out is
 * what works without being scanned: constraints, uniqueness, logical replication, partitions, and the last index that
 * supports a foreign key.
 */
export function findUnused(
  indexes: readonly IndexRow[],
  { samples, window, supporting }: { samples: readonly Sample[]; window: Window; supporting: ReadonlySet<number> },
): readonly UnusedIndex[] {
  const start = Date.parse(window.now) - window.milliseconds;
  const base = samples.findLast(({ at }) => Date.parse(at) <= start);
  if (base === undefined) return [];
  return indexes
    .filter((index) => isRemovable(index) && index.sizeBytes >= window.sizeBytes && !supporting.has(index.oid))
    .filter((index) => base.scans[index.oid] === index.scans && !wasScannedSince(index, start))
    .map((index) => ({
      ...namesOf(index),
      since: base.at,
      tableWrites: index.tableWrites,
      drop: dropIndex(index),
      restore: restoreIndex(index),
    }))
    .sort((one, other) => other.sizeBytes - one.sizeBytes);
}

interface Window {
  readonly now: string;
  readonly milliseconds: number;
  /** Smaller ones are not worth a word. */
  readonly sizeBytes: number;
}

const isRemovable = (index: IndexRow) =>
  index.isValid &&
  !index.isUnique &&
  !index.isConstraint &&
  !index.isExclusion &&
  !index.isReplicaIdentity &&
  !index.isPartition &&
  !index.isToast;

const wasScannedSince = ({ lastScan }: IndexRow, start: number) => lastScan !== null && Date.parse(lastScan) > start;
