/** Answers about hook performance, computed from merged counts. Times in ms, to the microsecond. */
import type {
  Bottlenecks,
  HookMetric,
  HookPerformance,
  PerformanceReport,
  PerformanceTrends,
} from '../contract/index.js';
import { bottleneckReason } from './bottlenecks.js';
import { DAY_MS, HOUR_MS, lastPeriod, observed, startOf, WEEK_MS } from './periods.js';
import { quantile } from './quantiles.js';
import type { History } from './recorder.js';
import { mergeAll, mergeByHook, type Tally } from './rollup.js';

const SLOWEST_SHOWN = 10;
const RECENT_ERRORS_SHOWN = 20;
const BOTTLENECKS_SHOWN = 10;
/** Below this share of all hook time even a hook that took none would make no difference. */
const LEAST_SHARE = 0.01;

/** All hooks in the last `lengthMs`. */
export function performanceOf(history: History, lengthMs: number, now: number): HookPerformance {
  const period = lastPeriod(lengthMs, now);
  const hooks = [...mergeByHook(history.read(period.from, period.to)).values()];
  const all = mergeAll(hooks);
  const errorRate = rate(all.failed, all.executions);
  const from = new Date(period.from).toISOString();
  return {
    totalExecutions: all.executions,
    averageExecutionTime: mean(all.totalMs, all.executions),
    successRate: errorRate === null ? null : 1 - errorRate,
    errorRate,
    slowestHooks: metricsOf(hooks).slice(0, SLOWEST_SHOWN),
    recentErrors: history.errors(RECENT_ERRORS_SHOWN).filter(({ timestamp }) => timestamp >= from),
    window: observed(period, history.knownSince()),
    ...percentiles(all),
    rejectedExecutions: all.rejected,
    failedExecutions: all.failed,
    instrumentation: history.isComplete() ? 'complete' : 'partial',
  };
}

/** Failed and all runs in the last `lengthMs`. */
export function failuresOf(history: History, lengthMs: number, now: number): { failed: number; executions: number } {
  const period = lastPeriod(lengthMs, now);
  const cells = history.read(period.from, period.to).flatMap((rollup) => rollup.cells);
  const sum = (of: 'failed' | 'executions') => cells.reduce((total, cell) => total + cell[of], 0);
  return { failed: sum('failed'), executions: sum('executions') };
}

/** 24 hours by the clock, the last one under way. */
export function dailyReport(history: History, now: number): PerformanceReport {
  return reportOf(history, { from: startOf(now, HOUR_MS) - 23 * HOUR_MS, to: now }, HOUR_MS);
}

/** Seven days of UTC, the last one under way. */
export function weeklyReport(history: History, now: number): PerformanceReport {
  return reportOf(history, { from: startOf(now, DAY_MS) - 6 * DAY_MS, to: now }, DAY_MS);
}

function reportOf(history: History, period: { from: number; to: number }, stepMs: number): PerformanceReport {
  const rollups = history.read(period.from, period.to);
  const hooks = [...mergeByHook(rollups).values()];
  const all = mergeAll(hooks);
  const buckets = [];
  for (let from = period.from; from < period.to; from += stepMs) {
    const within = rollups.filter((rollup) => rollup.from >= from && rollup.from < from + stepMs);
    const step = mergeAll(within.flatMap(({ cells }) => cells));
    buckets.push({
      from: new Date(from).toISOString(),
      executions: step.executions,
      errors: step.failed,
      averageExecutionTime: mean(step.totalMs, step.executions),
      p95: milliseconds(quantile(step.bins, 0.95)),
    });
  }
  return {
    window: observed(period, history.knownSince()),
    totalExecutions: all.executions,
    averageExecutionTime: mean(all.totalMs, all.executions),
    errorRate: rate(all.failed, all.executions),
    hooks: metricsOf(hooks),
    buckets,
  };
}

/** The last seven days against the seven before. */
export function weeklyTrends(history: History, now: number): PerformanceTrends {
  const current = lastPeriod(WEEK_MS, now);
  const previous = { from: current.from - WEEK_MS, to: current.from };
  const before = mergeByHook(history.read(previous.from, previous.to));
  const hooks = [...mergeByHook(history.read(current.from, current.to))].map(([key, tally]) => {
    const past = before.get(key);
    const average = mean(tally.totalMs, tally.executions);
    const previousAverage = past ? mean(past.totalMs, past.executions) : null;
    return {
      contentType: tally.contentType,
      operation: tally.operation,
      executions: tally.executions,
      averageExecutionTime: average,
      previousAverageExecutionTime: previousAverage,
      change: average === null || !previousAverage ? null : average / previousAverage - 1,
    };
  });
  return { window: observed(current, history.knownSince()), previous: observed(previous, history.knownSince()), hooks };
}

/** Hooks of the last 24 h by their share of all own time: where an hour of work saves most. */
export function bottlenecksOf(history: History, now: number): Bottlenecks {
  const period = lastPeriod(DAY_MS, now);
  const tallies = [...mergeByHook(history.read(period.from, period.to)).values()];
  const allMs = tallies.reduce((sum, { ownMs }) => sum + ownMs, 0);
  const ranked = tallies.filter(({ ownMs }) => ownMs > allMs * LEAST_SHARE).sort((a, b) => b.ownMs - a.ownMs);
  return {
    window: observed(period, history.knownSince()),
    bottlenecks: ranked.slice(0, BOTTLENECKS_SHOWN).map((tally) => ({
      contentType: tally.contentType,
      operation: tally.operation,
      shareOfTime: tally.ownMs / allMs,
      averageExecutionTime: mean(tally.totalMs, tally.executions) ?? 0,
      reason: bottleneckReason(metricOf(tally)),
    })),
  };
}

/** One line a hook, slowest mean first. */
function metricsOf(hooks: readonly Tally[]): HookMetric[] {
  return hooks.map(metricOf).sort((a, b) => (b.averageExecutionTime ?? 0) - (a.averageExecutionTime ?? 0));
}

function metricOf(tally: Tally): HookMetric {
  return {
    contentType: tally.contentType,
    operation: tally.operation,
    executions: tally.executions,
    errors: tally.failed,
    averageExecutionTime: mean(tally.totalMs, tally.executions),
    averageOwnTime: mean(tally.ownMs, tally.executions),
    ...percentiles(tally),
    maxExecutionTime: tally.executions === 0 ? null : milliseconds(tally.maxMs),
  };
}

function percentiles({ bins, maxMs }: Tally) {
  // A bin's middle may lie above the longest run in it.
  const at = (q: number) => {
    const value = quantile(bins, q);
    return value === null ? null : milliseconds(Math.min(value, maxMs));
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

const rate = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
const mean = (total: number, count: number): number | null => (count === 0 ? null : milliseconds(total / count));

function milliseconds(value: number): number;
function milliseconds(value: number | null): number | null;
function milliseconds(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1000) / 1000;
}
