/** Reports over a day and a week, in steps. */
import type { PerformanceReport } from '../../../contract/index.js';
import { MILLISECONDS } from '../../../units.js';
import type { Track } from '../client.js';
import { boundOf, HOOKS, meanOf, metricsOf, percentileOf, talliesOf, totalsOf } from '../hooks.js';
import type { Inquiry } from '../inquiry.js';
import { observedWindow } from '../window.js';

/** `GET /performance/daily-report`: 24 hours by the clock, the last one under way. */
export const dailyReport = (inquiry: Inquiry): Promise<PerformanceReport> =>
  reportOf(inquiry, { stepMs: MILLISECONDS.h, count: 24 });

/** `GET /performance/weekly`: seven days of UTC, the last one under way. */
export const weekly = (inquiry: Inquiry): Promise<PerformanceReport> =>
  reportOf(inquiry, { stepMs: MILLISECONDS.d, count: 7 });

async function reportOf(
  inquiry: Inquiry,
  { stepMs, count }: { readonly stepMs: number; readonly count: number },
): Promise<PerformanceReport> {
  const end = (Math.floor(inquiry.now / stepMs) + 1) * stepMs;
  const steps = { from: end - count * stepMs, to: end, stepMs };
  const period = { from: steps.from, to: inquiry.now };
  const [window, hooks, histogram, sums, failed] = await Promise.all([
    observedWindow(inquiry, period),
    talliesOf(inquiry, period, HOOKS),
    inquiry.countedBySteps(`${HOOKS.duration}_bucket`, steps, ['le']),
    inquiry.countedBySteps(`${HOOKS.duration}_sum`, steps, []),
    inquiry.countedBySteps(HOOKS.errors, steps, []),
  ]);
  const { totalExecutions, averageExecutionTime, errorRate } = totalsOf(hooks);
  const buckets = Array.from({ length: count }, (_, index) => {
    const from = steps.from + index * stepMs;
    const at = (track: Track) => track.points.find(([time]) => time === from + stepMs)?.[1] ?? 0;
    const only = ([track]: readonly Track[]) => (track ? at(track) : 0);
    const distribution = new Map(histogram.map((track) => [boundOf(track.labels), at(track)]));
    const executions = distribution.get(Number.POSITIVE_INFINITY) ?? 0;
    return {
      from: new Date(from).toISOString(),
      executions: Math.round(executions),
      errors: Math.round(only(failed)),
      averageExecutionTime: meanOf({ executions, seconds: only(sums) }),
      p95: percentileOf(distribution, 0.95),
    };
  });
  return { window, totalExecutions, averageExecutionTime, errorRate, hooks: metricsOf(hooks), buckets };
}
