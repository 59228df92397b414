/** Reports over a day and a week, in steps. */
import type { PerformanceReport } from '../../../contract/index.js';
import { MILLISECONDS } from '../../../units.js';
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
  const from = (Math.floor(inquiry.now / stepMs) + 1 - count) * stepMs;
  const period = { from, to: inquiry.now };
  const steps = { from, stepMs, count };
  const [window, hooks, histograms, sums, failed] = await Promise.all([
    observedWindow(inquiry, period),
    talliesOf(inquiry, period, HOOKS),
    inquiry.countedBySteps(`${HOOKS.duration}_bucket`, steps, ['le']),
    inquiry.countedBySteps(`${HOOKS.duration}_sum`, steps, []),
    inquiry.countedBySteps(HOOKS.errors, steps, []),
  ]);
  const { totalExecutions, averageExecutionTime, errorRate } = totalsOf(hooks);
  const buckets = histograms.map((lines, index) => {
    const distribution = new Map(lines.map(({ labels, value }) => [boundOf(labels), value]));
    const executions = distribution.get(Number.POSITIVE_INFINITY) ?? 0;
    return {
      from: new Date(from + index * stepMs).toISOString(),
      executions: Math.round(executions),
      errors: Math.round(failed[index]?.[0]?.value ?? 0),
      averageExecutionTime: meanOf({ executions, seconds: sums[index]?.[0]?.value ?? 0 }),
      p95: percentileOf(distribution, 0.95),
    };
  });
  return { window, totalExecutions, averageExecutionTime, errorRate, hooks: metricsOf(hooks), buckets };
}
