/** What was executed between two looks at counters that never fall, unless they begin anew. Pure. */
import * as z from 'zod';

/** calls, milliseconds, rows, blocks hit, blocks read, temporary blocks written. */
const Counts = z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()]);
export type Counts = z.infer<typeof Counts>;

const Snapshot = z.object({
  at: z.iso.datetime(),
  /** When the server's statistics began; null where it does not tell (before 14). */
  since: z.iso.datetime().nullable(),
  evictions: z.number().nullable(),
  counts: z.record(z.string(), Counts),
});
export type Snapshot = z.infer<typeof Snapshot>;

/** Oldest first. */
export const Snapshots = z.array(Snapshot);

const SPACING_MS = 12 * 3_600_000;
const MOST_SNAPSHOTS = 16;

/** The snapshots with one more, two a day at most, for a week. What was before a reset of the statistics is dropped. */
export function addSnapshot(snapshots: readonly Snapshot[], next: Snapshot): readonly Snapshot[] {
  const comparable = snapshots.filter(({ since }) => since === next.since);
  const last = comparable.at(-1);
  const isSoon = last !== undefined && Date.parse(next.at) - Date.parse(last.at) < SPACING_MS;
  return isSoon ? comparable : [...comparable, next].slice(-MOST_SNAPSHOTS);
}

/** A base younger than this share of the window would show moments instead of the window. */
const LEAST_COVERAGE = 0.5;

/**
 * The newest snapshot that is as old as the window, else the oldest that covers half of it; undefined without one: then
 * all that the server has counted says more.
 */
export function baseOf(snapshots: readonly Snapshot[], now: Snapshot, windowMs: number): Snapshot | undefined {
  const comparable = snapshots.filter(({ since }) => since === now.since);
  const isOlderThan = (ageMs: number) => (snapshot: Snapshot) => Date.parse(now.at) - Date.parse(snapshot.at) >= ageMs;
  return comparable.findLast(isOlderThan(windowMs)) ?? comparable.find(isOlderThan(windowMs * LEAST_COVERAGE));
}

/**
 * What each statement has done since the base. Counters that fell are those of an entry that was evicted and came back:
 * all of them are new. Statements that did nothing are left out.
 */
export function difference(base: Snapshot | undefined, now: Snapshot): ReadonlyMap<string, Counts> {
  const changed = Object.entries(now.counts).map(([key, counts]) => {
    const before = base?.counts[key];
    const isContinued = before !== undefined && counts.every((count, position) => count >= (before[position] ?? 0));
    return [key, isContinued ? subtract(counts, before) : counts] as const;
  });
  return new Map(changed.filter(([, [calls]]) => calls > 0));
}

const subtract = (counts: Counts, before: Counts): Counts => [
  counts[0] - before[0],
  counts[1] - before[1],
  counts[2] - before[2],
  counts[3] - before[3],
  counts[4] - before[4],
  counts[5] - before[5],
];
