/** What happened to the sample backend, and when: every chapter tells of the same events. Pure. */
import { DAY_MS, HOUR_MS, startOf, WEEK_MS } from '../../monitor/history/periods.js';
import { packageVersion } from '../../package.js';

/** A process of the sample backend. */
export interface Life {
  readonly id: string;
  /** ms since 1970, as all times here; whole hours but for the end of the last one. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

export interface Story {
  readonly seed: number;
  readonly days: number;
  /** Begin of the first day (UTC). */
  readonly from: number;
  readonly now: number;
  /** In order, without a gap. */
  readonly lives: readonly [Life, ...Life[]];
  /** A release that never let go of uploaded pictures, until a restart with the fixed one. */
  readonly leak: { readonly from: number; readonly to: number };
  /** The connection pool was made smaller, and a hook slower by this factor from that hour on. */
  readonly slower: { readonly from: number; readonly factor: number };
  /** An error nobody had seen before. */
  readonly newErrors: readonly number[];
  /** A night on which somebody tried passwords, and the one on which somebody looked for open doors. */
  readonly loginsFailedAt: number;
  readonly scannedAt: number;
}

/** Days before now; all within the shortest past that can be told. */
const LEAKED_DAYS_AGO = 28;
const RESTARTED_DAYS_AGO = 12;
const LOGINS_DAYS_AGO = 3;
const SCAN_DAYS_AGO = 2;
const NEW_ERRORS = 12;

/** @param now ms since 1970 */
export function tellStory({ days, seed, now }: { days: number; seed: number; now: number }): Story {
  const today = startOf(now, DAY_MS);
  const daysAgo = (count: number, hour: number) => today - count * DAY_MS + hour * HOUR_MS;
  const from = daysAgo(days, 0);
  const leak = { from: daysAgo(LEAKED_DAYS_AGO, 2), to: daysAgo(RESTARTED_DAYS_AGO, 2) };
  // So that the last week is held against one in which nothing of it was to be seen.
  const slower = { from: startOf(now, HOUR_MS) - WEEK_MS, factor: 2.5 };
  const starts = [from, leak.from, leak.to, slower.from];
  const lives = starts.map((start, index) => ({
    id: `sample:${index + 1}:${start.toString(36)}`,
    from: start,
    to: starts[index + 1] ?? now,
  }));
  return {
    seed,
    days,
    from,
    now,
    lives: lives as [Life, ...Life[]], // one a start
    leak,
    slower,
    // Every half hour, and the first within the last day.
    newErrors: Array.from({ length: NEW_ERRORS }, (_, index) => now - (index + 1) * (HOUR_MS / 2)).reverse(),
    loginsFailedAt: daysAgo(LOGINS_DAYS_AGO, 3),
    scannedAt: daysAgo(SCAN_DAYS_AGO, 1),
  };
}

/** As the archive knows a process. */
export const sightingOf = ({ id, from, to }: Life) => ({ id, version: packageVersion(), startedAt: from, seenAt: to });

export const isoTime = (time: number): string => new Date(time).toISOString();

/** Each hour of a life, in order. */
export function* hoursOf({ from, to }: Pick<Life, 'from' | 'to'>): Generator<number> {
  for (let hour = startOf(from, HOUR_MS); hour < to; hour += HOUR_MS) yield hour;
}

/** Share of the day's visitors in each hour of UTC: asleep at night, most of them after work. */
const BY_HOUR = [2, 1, 1, 1, 1, 2, 4, 7, 8, 8, 8, 9, 10, 9, 8, 8, 9, 12, 15, 17, 16, 12, 8, 4] as const;
const QUIETEST = 0.05;
const BUSIEST_HOUR = 17;
/** Kick-offs of the league: Sunday afternoon, and the early matches on Saturday. */
const MATCH_HOURS = { first: 12, last: 17 } as const;
const MATCH_DAYS: ReadonlyMap<number, number> = new Map([
  [6, 3],
  [0, 5],
]);

/** How much goes on in the hour of this time: 1 is a busy hour of a working day. */
export function activityAt(time: number): number {
  const date = new Date(time);
  const hour = date.getUTCHours();
  const isPlayed = hour >= MATCH_HOURS.first && hour <= MATCH_HOURS.last;
  const matches = isPlayed ? (MATCH_DAYS.get(date.getUTCDay()) ?? 0) : 0;
  return Math.max(QUIETEST, (BY_HOUR[hour] ?? 0) / BUSIEST_HOUR) + matches;
}
