/** Hooks, and actions on documents, as they were counted in a period. */
import type { HookMetric } from '../../contract/index.js';
import type { Line } from './client.js';
import { addBuckets, type Buckets, quantileOf } from './histogram.js';
import type { Inquiry, Period } from './inquiry.js';

/** Counts are not whole: Prometheus extrapolates to the ends of the period. */
export interface Tally {
  readonly contentType: string;
  readonly operation: string;
  readonly source: string;
  readonly executions: number;
  readonly failed: number;
  readonly rejected: number;
  readonly seconds: number;
  readonly buckets: Buckets;
}

interface Family {
  readonly duration: string;
  readonly errors: string;
  readonly rejections?: string;
}
export const HOOKS: Family = {
  duration: 'hook_execution_time_seconds',
  errors: 'hook_errors_total',
  rejections: 'hook_rejections_total',
};
export const DOCUMENTS: Family = {
  duration: 'document_action_duration_seconds',
  errors: 'document_action_errors_total',
};

const SUBJECT = ['content_type', 'operation', 'source'] as const;

/** Those that ran in the period. */
export async function talliesOf(
  { counted }: Inquiry,
  period: Period,
  { duration, errors, rejections }: Family,
): Promise<Tally[]> {
  const [buckets, sums, failed, rejected] = await Promise.all([
    counted(`${duration}_bucket`, period, [...SUBJECT, 'le']),
    counted(`${duration}_sum`, period, SUBJECT).then(bySubject),
    counted(errors, period, SUBJECT).then(bySubject),
    rejections === undefined ? new Map<string, number>() : counted(rejections, period, SUBJECT).then(bySubject),
  ]);
  return [...histograms(buckets)].flatMap(([key, { labels, buckets: found }]) => {
    const executions = found.get(Number.POSITIVE_INFINITY) ?? 0;
    if (Math.round(executions) === 0) return [];
    const { content_type: contentType = '', operation = '', source = '' } = labels;
    const figure = (figures: ReadonlyMap<string, number>) => figures.get(key) ?? 0;
    return [
      {
        contentType,
        operation,
        source,
        executions,
        failed: figure(failed),
        rejected: figure(rejected),
        seconds: figure(sums),
        buckets: found,
      },
    ];
  });
}

const keyOf = (labels: Line['labels']): string => JSON.stringify(SUBJECT.map((name) => labels[name]));

const bySubject = (lines: readonly Line[]): ReadonlyMap<string, number> =>
  new Map(lines.map(({ labels, value }) => [keyOf(labels), value]));

function histograms(lines: readonly Line[]) {
  const found = new Map<string, { readonly labels: Line['labels']; readonly buckets: Map<number, number> }>();
  for (const { labels, value } of lines) {
    const key = keyOf(labels);
    const histogram = found.get(key) ?? { labels, buckets: new Map<number, number>() };
    found.set(key, histogram);
    histogram.buckets.set(boundOf(labels), value);
  }
  return found;
}

/** The upper bound of a bucket's line, in seconds. */
export const boundOf = ({ le = '' }: Line['labels']): number => Number(le.replace('Inf', 'Infinity'));

/** All of them together, in the contract's words. Times in ms. */
export function totalsOf(tallies: readonly Tally[]) {
  const sum = (figure: 'executions' | 'failed' | 'rejected' | 'seconds') =>
    tallies.reduce((total, tally) => total + tally[figure], 0);
  const [executions, failed] = [sum('executions'), sum('failed')];
  return {
    totalExecutions: Math.round(executions),
    failedExecutions: Math.round(failed),
    rejectedExecutions: Math.round(sum('rejected')),
    averageExecutionTime: meanOf({ executions, seconds: sum('seconds') }),
    errorRate: executions === 0 ? null : Math.min(1, failed / executions),
    ...percentilesOf(addBuckets(tallies.map(({ buckets }) => buckets))),
  };
}

/** One line a hook, slowest mean first. What Prometheus is not told is null. */
export const metricsOf = (tallies: readonly Tally[]): HookMetric[] =>
  tallies.map(metricOf).sort((a, b) => (b.averageExecutionTime ?? 0) - (a.averageExecutionTime ?? 0));

const metricOf = (tally: Tally): HookMetric => ({
  contentType: tally.contentType,
  operation: tally.operation,
  source: tally.source,
  executions: Math.round(tally.executions),
  errors: Math.round(tally.failed),
  rejections: Math.round(tally.rejected),
  averageExecutionTime: meanOf(tally),
  averageOwnTime: null,
  maxExecutionTime: null,
  ...percentilesOf(tally.buckets),
});

/** Mean duration in ms; null where nothing ran. */
export const meanOf = ({ executions, seconds }: Pick<Tally, 'executions' | 'seconds'>): number | null =>
  executions === 0 ? null : milliseconds(seconds / executions);

function percentilesOf(buckets: Buckets) {
  const at = (q: number) => percentileOf(buckets, q);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** In ms; null where nothing ran. */
export function percentileOf(buckets: Buckets, q: number): number | null {
  const value = quantileOf(buckets, q);
  return value === null ? null : milliseconds(value);
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1e6) / 1000;
