/**
 * Grandfather, father, son: the last backup of each of so many days, weeks, months and years that have one. Counted from
 * the newest backup back, so that time without backups uses nothing up.
 */
import type { Retention } from '../../config/backup.js';
import type { Manifest } from '../manifest.js';

const DAY_MS = 86_400_000;

/** Name of the UTC period a time is in. */
const PERIODS = [
  { count: 'daily', nameOf: (time: number) => `the day ${dayOf(time)}` },
  { count: 'weekly', nameOf: (time: number) => `the week of ${dayOf(mondayBefore(time))}` },
  { count: 'monthly', nameOf: (time: number) => `the month ${dayOf(time).slice(0, -3)}` },
  { count: 'yearly', nameOf: (time: number) => `the year ${dayOf(time).slice(0, -6)}` },
] as const;

const dayOf = (time: number) => new Date(time).toISOString().slice(0, -14);

/** Weeks begin on Monday, as ISO 8601 has it; the first day of the epoch was a Thursday. */
const mondayBefore = (time: number) => (Math.floor((Math.floor(time / DAY_MS) + 3) / 7) * 7 - 3) * DAY_MS;

/** By id, what each backup is the last of. `good` is newest first. */
export function periodReasons(
  good: readonly Manifest[],
  retention: Pick<Retention, (typeof PERIODS)[number]['count']>,
): ReadonlyMap<string, readonly string[]> {
  const reasons = new Map<string, string[]>(good.map(({ id }) => [id, []]));
  for (const { count, nameOf } of PERIODS) {
    const seen = new Set<string>();
    for (const { id, createdAt } of good) {
      const name = nameOf(Date.parse(createdAt));
      if (seen.has(name) || seen.size >= retention[count]) continue;
      seen.add(name);
      reasons.get(id)?.push(`the last of ${name}`);
    }
  }
  return reasons;
}
