/** How the hooks performed before a flag changed and after. Pure. */
import * as z from 'zod';
import { groupBy } from '../group-by.js';
import type { HookDay } from '../pg/queries/hook-days.js';
import { compareSamples, median } from '../statistics/index.js';
import type { FlagChange } from './days.js';

export const Effect = z.object({
  /** `duration`: of hook runs, for the same mix of hooks; `errorRate`: share of runs that failed. */
  metric: z.enum(['duration', 'errorRate']),
  verdict: z.enum(['better', 'worse', 'no_difference', 'insufficient_data']),
  /** Whole days with hook runs on either side. */
  daysBefore: z.number(),
  daysAfter: z.number(),
  /** A share of the duration (0.1: a tenth slower), a difference of error rates; null of insufficient data. */
  change: z.number().nullable(),
  /** How likely days this different are, had nothing changed. */
  p: z.number().nullable(),
});
export type Effect = z.infer<typeof Effect>;

export interface EffectOptions {
  /** Days from this one on are not over yet. */
  readonly today: string;
  /** Least change that counts, by metric. */
  readonly least: Readonly<Record<Effect['metric'], number>>;
}

/** Days on either side that are compared: two weeks, so that each has the same weekdays. */
export const DAYS_COMPARED = 14;
/** With four days on each side not even the clearest difference is rarer than 1 in 35. */
const LEAST_DAYS = 5;
/** A report makes many comparisons: at 0.05 every tenth change would show an effect by chance. */
const SIGNIFICANCE = 0.01;
const DAY_MS = 86_400_000;

/**
 * Compares whole days: hours of one day resemble each other, days hardly do. The day of the change is left out.
 * @param others changes of the same flag, which end the days that can be compared
 */
export function effectsOf(
  { day, flag }: FlagChange,
  hooks: readonly HookDay[],
  { today, least, others }: EffectOptions & { readonly others: readonly FlagChange[] },
): readonly Effect[] {
  const own = others.filter((change) => change.flag === flag).map((change) => change.day);
  const [first, last] = [daysFrom(day, -DAYS_COMPARED), daysFrom(day, DAYS_COMPARED)];
  const from = own
    .filter((other) => other < day)
    .reduce((latest, other) => (other >= latest ? daysFrom(other, 1) : latest), first);
  const to = own
    .filter((other) => other > day)
    .reduce((earliest, other) => (other < earliest ? other : earliest), today);
  const before = hooks.filter((run) => run.day >= from && run.day < day);
  const after = hooks.filter((run) => run.day > day && run.day <= last && run.day < to);
  const base = meansOf(before);
  return [
    judge('duration', [durations(before, base), durations(after, base)], least),
    judge('errorRate', [errorRates(before), errorRates(after)], least),
  ];
}

function judge(
  metric: Effect['metric'],
  [before, after]: readonly [readonly number[], readonly number[]],
  least: EffectOptions['least'],
): Effect {
  const about = { metric, daysBefore: before.length, daysAfter: after.length };
  if (before.length < LEAST_DAYS || after.length < LEAST_DAYS) {
    return { ...about, verdict: 'insufficient_data', change: null, p: null };
  }
  const { shift, p } = compareSamples(before, after);
  const change = metric === 'duration' ? shift / median(before) : shift;
  const isClear = p < SIGNIFICANCE && Math.abs(change) >= least[metric];
  return { ...about, verdict: isClear ? (change < 0 ? 'better' : 'worse') : 'no_difference', change, p };
}

interface Base {
  readonly meanMs: number;
  /** Time of this hook in all the days before: what it weighs. */
  readonly totalMs: number;
}

function meansOf(hooks: readonly HookDay[]): ReadonlyMap<string, Base> {
  const means = new Map<string, Base>();
  for (const [hook, days] of groupBy(hooks, (run) => run.hook)) {
    const executions = days.reduce((sum, run) => sum + run.executions, 0);
    const totalMs = days.reduce((sum, run) => sum + run.totalMs, 0);
    if (totalMs > 0) means.set(hook, { meanMs: totalMs / executions, totalMs });
  }
  return means;
}

/**
 * One index a day, as prices are measured: the mean of each hook against its own before, weighted by its time before.
 * So a day with more of the slow hooks is not a slower one.
 */
function durations(hooks: readonly HookDay[], base: ReadonlyMap<string, Base>): number[] {
  return byDay(hooks).flatMap((day) => {
    let [sum, weight] = [0, 0];
    for (const { hook, executions, totalMs } of day) {
      const known = base.get(hook);
      if (!known || executions === 0) continue;
      sum += (known.totalMs * (totalMs / executions)) / known.meanMs;
      weight += known.totalMs;
    }
    return weight === 0 ? [] : [sum / weight];
  });
}

function errorRates(hooks: readonly HookDay[]): number[] {
  return byDay(hooks).flatMap((day) => {
    const executions = day.reduce((sum, run) => sum + run.executions, 0);
    return executions === 0 ? [] : [day.reduce((sum, run) => sum + run.failed, 0) / executions];
  });
}

const byDay = (hooks: readonly HookDay[]) => [...groupBy(hooks, ({ day }) => day).values()];

/** A day so many days later, of UTC. */
export const daysFrom = (day: string, count: number): string =>
  new Date(Date.parse(day) + count * DAY_MS).toISOString().slice(0, 10);
