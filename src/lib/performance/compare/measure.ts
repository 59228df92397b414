/** One figure of a hook, hour by hour, against the same hours of the week in another period. Pure. */
import type { HookHour } from '../../contract/index.js';
import { estimateShift, median } from '../../statistics/index.js';
import type { MeasuredChange } from './hook-change.js';

export type Measure = 'p50' | 'p95';

/** Runs of an hour that make the figure one: the p95 of fewer is their longest, which grows with their number. */
const FEWEST_RUNS = { p50: 3, p95: 20 } as const satisfies Record<Measure, number>;
/** The days are what is compared; fewer of them tell nothing of how days differ. */
export const FEWEST_DAYS = 5;
const FEWEST_HOURS = 12;
/** What is shorter is counted as this. */
const SHORTEST_MS = 0.001;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

interface Pair {
  readonly day: number;
  readonly previousMs: number;
  readonly currentMs: number;
}

interface Hours {
  readonly previous: readonly HookHour[];
  readonly current: readonly HookHour[];
  /** Start of the current period, ms since 1970: its days begin there. */
  readonly from: number;
}

/** With the p value of this comparison alone. Null of too few hours. */
export function measureChange(measure: Measure, hours: Hours): MeasuredChange | null {
  const days = byDay(pairsOf(measure, hours));
  const pairs = days.flat();
  if (days.length < FEWEST_DAYS || pairs.length < FEWEST_HOURS) return null;
  const { shift, firstDay, pValue } = estimateShift(
    days.map((day) => day.map(({ previousMs, currentMs }) => Math.log(currentMs / previousMs))),
  );
  const since = days.slice(firstDay).flat();
  return {
    hours: pairs.length,
    days: days.length,
    previousMs: median(since.map(({ previousMs }) => previousMs)),
    currentMs: median(since.map(({ currentMs }) => currentMs)),
    change: Math.exp(shift) - 1,
    pValue,
  };
}

/** On how many days of a period that begins at `from` there are hours that could be compared by their median. */
export function daysOf(hours: readonly HookHour[], from: number): number {
  const enough = hours.filter(({ executions }) => executions >= FEWEST_RUNS.p50);
  return new Set(enough.map((hour) => dayOf(hour, from))).size;
}

function pairsOf(measure: Measure, { previous, current, from }: Hours): Pair[] {
  const isEnough = ({ executions }: HookHour) => executions >= FEWEST_RUNS[measure];
  const before = new Map(previous.filter(isEnough).map((hour) => [hourOfWeek(hour), hour[measure]]));
  return current.filter(isEnough).flatMap((hour) => {
    const previousMs = before.get(hourOfWeek(hour));
    if (previousMs === undefined) return [];
    return [{ day: dayOf(hour, from), previousMs: atLeast(previousMs), currentMs: atLeast(hour[measure]) }];
  });
}

const dayOf = (hour: HookHour, from: number): number => Math.floor((Date.parse(hour.from) - from) / DAY_MS);
const hourOfWeek = ({ from }: HookHour): number => Date.parse(from) % WEEK_MS;
const atLeast = (ms: number): number => Math.max(SHORTEST_MS, ms);

function byDay(pairs: readonly Pair[]): Pair[][] {
  const days: Pair[][] = [];
  for (const pair of pairs) (days[pair.day] ??= []).push(pair);
  return days.filter((day) => day !== undefined);
}
