/** Hooks by the hour, for whoever compares two weeks. */
import type { HookHour, PerformanceHistory } from '../contract/index.js';
import { metricOf, percentiles, talliesOf } from './figures.js';
import type { History } from './history/history.js';
import type { Rollup } from './history/ledger.js';
import { DAY_MS, HOUR_MS, type Period, startOf, WEEK_MS } from './history/periods.js';
import { keyOf, type Tally } from './history/tally.js';

/** A longer period is read by days, which have no hours. */
const LONGEST_MS = 8 * DAY_MS;

interface Question {
  /** ISO-8601. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Whole hours between `from` and `to`; unless said, the last seven days, without the hour under way. */
export async function performanceHistory(
  history: History,
  question: Question,
  now: number,
): Promise<PerformanceHistory> {
  const { window, rollups, starts } = await history.observe(periodOf(question, now));
  const hours = hoursOf(rollups);
  const hooks = talliesOf(rollups, 'hook').map((tally) => ({
    ...metricOf(tally),
    hours: hours.get(keyOf(tally)) ?? [],
  }));
  return { window, hooks, starts: starts.map((start) => new Date(start).toISOString()) };
}

function periodOf({ from, to }: Question, now: number): Period {
  const end = startOf(to === undefined ? now : Math.min(now, Date.parse(to)), HOUR_MS);
  const begin = from === undefined ? end - WEEK_MS : startOf(Date.parse(from), HOUR_MS);
  return { from: Math.min(end, Math.max(begin, end - LONGEST_MS)), to: end };
}

/** By hook, oldest first. */
function hoursOf(rollups: readonly Rollup[]): ReadonlyMap<string, HookHour[]> {
  const byHour = new Map<number, Rollup[]>();
  for (const rollup of rollups) {
    const hour = byHour.get(rollup.from) ?? [];
    byHour.set(rollup.from, hour);
    hour.push(rollup); // one an instance
  }
  const hours = new Map<string, HookHour[]>();
  for (const [from, sameHour] of [...byHour].sort(([one], [other]) => one - other)) {
    for (const tally of talliesOf(sameHour, 'hook').filter(({ executions }) => executions > 0)) {
      const ofHook = hours.get(keyOf(tally)) ?? [];
      hours.set(keyOf(tally), ofHook);
      ofHook.push(hourOf(from, tally));
    }
  }
  return hours;
}

function hourOf(from: number, tally: Tally): HookHour {
  const { p50, p95 } = percentiles(tally);
  const { executions, failed } = tally;
  return { from: new Date(from).toISOString(), executions, errors: failed, p50: p50 ?? 0, p95: p95 ?? 0 };
}
