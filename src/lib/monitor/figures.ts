/** Counts as the contract shows them. Times in ms, to the microsecond; null where nothing ran. Pure. */
import type { HookMetric } from '../contract/index.js';
import { quantile } from '../quantiles.js';
import type { Rollup } from './history/ledger.js';
import { mergeBySubject, type Subject, type Tally } from './history/tally.js';

/** Everything counted of one kind, by subject. */
export function talliesOf(rollups: readonly Rollup[], kind: Subject['kind']): Tally[] {
  const cells = rollups.flatMap((rollup) => rollup.cells.filter((cell) => cell.kind === kind));
  return [...mergeBySubject(cells).values()];
}

/** One line a hook, slowest mean first. */
export function metricsOf(hooks: readonly Tally[]): HookMetric[] {
  return hooks.map(metricOf).sort((a, b) => (b.averageExecutionTime ?? 0) - (a.averageExecutionTime ?? 0));
}

export function metricOf(tally: Tally): HookMetric {
  const { contentType, operation, source, executions, rejected, failed, committed, rolledBack } = tally;
  return {
    contentType,
    operation,
    executions,
    errors: failed,
    averageExecutionTime: mean(tally.totalMs, executions),
    averageOwnTime: mean(tally.ownMs, executions),
    ...percentiles(tally),
    maxExecutionTime: executions === 0 ? null : milliseconds(tally.maxMs),
    source,
    rejections: rejected,
    committed,
    rolledBack,
    averageQueries: mean(tally.queries, executions),
    averageQueryTime: mean(tally.queryMs, executions),
  };
}

export function percentiles({ bins, maxMs }: Tally) {
  // A bin's middle may lie above the longest run in it.
  const at = (q: number) => {
    const value = quantile(bins, q);
    return value === null ? null : milliseconds(Math.min(value, maxMs));
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

export const rate = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
export const mean = (total: number, count: number): number | null => (count === 0 ? null : milliseconds(total / count));

export function milliseconds(value: number): number;
export function milliseconds(value: number | null): number | null;
export function milliseconds(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1000) / 1000;
}
