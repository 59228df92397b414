/** Answers about hook performance, computed from merged counts. Times in ms, to the microsecond. */
import type {
  Bottlenecks,
  HookMetric,
  HookPerformance,
  PerformanceOverTime,
  PerformanceReport,
  PerformanceTrends,
} from '../contract/index.js';
import { quantile } from '../quantiles.js';
import { bottleneckReason } from './bottlenecks.js';
import { mean, metricOf, metricsOf, milliseconds, percentiles, rate, talliesOf } from './figures.js';
import type { History } from './history/history.js';
import type { Rollup } from './history/ledger.js';
import {
  DAY_MS,
  HOUR_MS,
  lastPeriod,
  MINUTE_MS,
  type Period,
  READ_BY_DAY_ABOVE_MS,
  STEP_MS,
  startOf,
  WEEK_MS,
} from './history/periods.js';
import { keyOf, mergeAll } from './history/tally.js';

const SLOWEST_SHOWN = 10;
const RECENT_ERRORS_SHOWN = 20;
const BOTTLENECKS_SHOWN = 10;
/** Below this share of all hook time even a hook that took none would make no difference. */
const LEAST_SHARE = 0.01;

/** All hooks in the last `lengthMs`, and what users did. */
export async function performanceOf(history: History, lengthMs: number, now: number): Promise<HookPerformance> {
  const period = lastPeriod(lengthMs, now);
  const [{ window, rollups }, errors] = await Promise.all([
    history.observe(period),
    history.errors(RECENT_ERRORS_SHOWN),
  ]);
  const hooks = talliesOf(rollups, 'hook');
  const all = mergeAll(hooks);
  const errorRate = rate(all.failed, all.executions);
  return {
    totalExecutions: all.executions,
    averageExecutionTime: mean(all.totalMs, all.executions),
    successRate: errorRate === null ? null : 1 - errorRate,
    errorRate,
    slowestHooks: metricsOf(hooks).slice(0, SLOWEST_SHOWN),
    recentErrors: errors.filter(({ timestamp }) => timestamp >= window.from),
    window,
    ...percentiles(all),
    rejectedExecutions: all.rejected,
    failedExecutions: all.failed,
    instrumentation: history.isComplete() ? 'complete' : 'partial',
    documents: metricsOf(talliesOf(rollups, 'document')).slice(0, SLOWEST_SHOWN),
  };
}

export interface Failures {
  readonly failed: number;
  readonly executions: number;
}

/**
 * Failed and all hook runs in the last `lengthMs`.
 * @throws Error when the archive does not answer: a bare number has no coverage that would say so
 */
export async function failuresOf(history: History, lengthMs: number, now: number): Promise<Failures> {
  const { rollups, isWhole } = await history.observe(lastPeriod(lengthMs, now));
  if (!isWhole) throw new Error('errors cannot be counted: the archive does not answer');
  return countFailures(rollups);
}

/** The same of this process alone in the last hour, without waiting for anything. */
export const ownFailures = (history: History, now: number): Failures =>
  countFailures(history.own({ from: startOf(now - HOUR_MS, MINUTE_MS), to: now }));

/** Without the bins, whose merging would hold up the application at every look at its health. */
function countFailures(rollups: readonly Rollup[]): Failures {
  const sums = { failed: 0, executions: 0 };
  for (const { kind, failed, executions } of rollups.flatMap(({ cells }) => cells)) {
    if (kind !== 'hook') continue;
    sums.failed += failed;
    sums.executions += executions;
  }
  return sums;
}

/** 24 hours by the clock, the last one under way. */
export function dailyReport(history: History, now: number): Promise<PerformanceReport> {
  return reportOf(history, { from: startOf(now, HOUR_MS) - 23 * HOUR_MS, to: now }, HOUR_MS);
}

/** Seven days of UTC, the last one under way. */
export function weeklyReport(history: History, now: number): Promise<PerformanceReport> {
  return reportOf(history, { from: startOf(now, DAY_MS) - 6 * DAY_MS, to: now }, DAY_MS);
}

async function reportOf(history: History, period: Period, stepMs: number): Promise<PerformanceReport> {
  const { window, rollups } = await history.observe(period);
  const hooks = talliesOf(rollups, 'hook');
  const all = mergeAll(hooks);
  return {
    window,
    totalExecutions: all.executions,
    averageExecutionTime: mean(all.totalMs, all.executions),
    errorRate: rate(all.failed, all.executions),
    hooks: metricsOf(hooks),
    buckets: bucketsOf(rollups, period, stepMs),
  };
}

function bucketsOf(rollups: readonly Rollup[], period: Period, stepMs: number): PerformanceReport['buckets'] {
  const buckets = [];
  for (let from = period.from; from < period.to; from += stepMs) {
    const within = rollups.filter((rollup) => rollup.from >= from && rollup.from < from + stepMs);
    const step = mergeAll(talliesOf(within, 'hook'));
    buckets.push({
      from: new Date(from).toISOString(),
      executions: step.executions,
      errors: step.failed,
      averageExecutionTime: mean(step.totalMs, step.executions),
      p95: milliseconds(quantile(step.bins, 0.95)),
    });
  }
  return buckets;
}

/** Whole steps, the last one under way: minutes of an hour at most, hours of eight days, else days. */
export async function performanceOverTime(
  history: History,
  lengthMs: number,
  now: number,
): Promise<PerformanceOverTime> {
  const step = lengthMs <= HOUR_MS ? 'minute' : lengthMs <= READ_BY_DAY_ABOVE_MS ? 'hour' : 'day';
  const stepMs = STEP_MS[step];
  const period = { from: startOf(now - lengthMs, stepMs) + stepMs, to: now };
  const { window, rollups } = await history.observe(period);
  return { window, stepSeconds: stepMs / 1000, buckets: bucketsOf(rollups, period, stepMs) };
}

/** The last seven days against the seven before. */
export async function weeklyTrends(history: History, now: number): Promise<PerformanceTrends> {
  const period = lastPeriod(WEEK_MS, now);
  const [current, previous] = await Promise.all([
    history.observe(period),
    history.observe({ from: period.from - WEEK_MS, to: period.from }),
  ]);
  const before = new Map(talliesOf(previous.rollups, 'hook').map((tally) => [keyOf(tally), tally]));
  const hooks = talliesOf(current.rollups, 'hook').map((tally) => {
    const past = before.get(keyOf(tally));
    const average = mean(tally.totalMs, tally.executions);
    const previousAverage = past ? mean(past.totalMs, past.executions) : null;
    return {
      contentType: tally.contentType,
      operation: tally.operation,
      source: tally.source,
      executions: tally.executions,
      averageExecutionTime: average,
      previousAverageExecutionTime: previousAverage,
      change: average === null || !previousAverage ? null : average / previousAverage - 1,
    };
  });
  return { window: current.window, previous: previous.window, hooks };
}

/** Hooks of the last 24 h by their share of all own time: where an hour of work saves most. */
export async function bottlenecksOf(history: History, now: number): Promise<Bottlenecks> {
  const { window, rollups } = await history.observe(lastPeriod(DAY_MS, now));
  const tallies = talliesOf(rollups, 'hook');
  const allMs = tallies.reduce((sum, { ownMs }) => sum + ownMs, 0);
  const ranked = tallies.filter(({ ownMs }) => ownMs > allMs * LEAST_SHARE).sort((a, b) => b.ownMs - a.ownMs);
  return {
    window,
    bottlenecks: ranked.slice(0, BOTTLENECKS_SHOWN).map((tally) => ({
      contentType: tally.contentType,
      operation: tally.operation,
      shareOfTime: tally.ownMs / allMs,
      averageExecutionTime: mean(tally.totalMs, tally.executions) ?? 0,
      ...evidenceOf(metricOf(tally)),
    })),
  };
}

function evidenceOf(metric: HookMetric) {
  const { source, executions, averageOwnTime, averageQueries, averageQueryTime, p50, p99 } = metric;
  return {
    ...bottleneckReason(metric),
    source,
    executions,
    averageOwnTime,
    averageQueries,
    averageQueryTime,
    p50,
    p99,
  };
}
