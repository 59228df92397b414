/** How a report over a period looks. */

import { formatDuration, formatPercent } from '../../lib/measures.js';
import type { HookReport } from '../../lib/performance/report.js';
import { sparkline } from '../../lib/terminal/sparkline.js';
import type { Theme } from '../../lib/terminal/theme.js';
import { hookSample } from './hook-sample.js';

export function reportSummary({ report }: HookReport): string {
  const { totalExecutions, averageExecutionTime, errorRate } = report;
  if (averageExecutionTime === null || errorRate === null) return 'no hook ran';
  return `${totalExecutions} hook runs, mean ${formatDuration(averageExecutionTime)}, ${formatPercent(errorRate)} failed`;
}

const HOOKS_SHOWN = 15;

export function reportView({ report, reportFile }: HookReport, theme: Theme): string {
  const { window, buckets, hooks } = report;
  const p95 = buckets.flatMap((bucket) => bucket.p95 ?? []);
  const fields = theme.fields([
    ['period', `${theme.time(window.from)} to ${theme.time(window.to)}`],
    ['observed', theme.percent(window.coverage)],
    ['runs', buckets.length === 0 ? null : sparkline(buckets.map(({ executions }) => executions))],
    [
      'p95',
      p95.length === 0
        ? null
        : `${sparkline(p95)}  ${theme.duration(Math.min(...p95))} to ${theme.duration(Math.max(...p95))}`,
    ],
  ]);
  const table = theme.table(
    ['content type', 'operation', 'runs', 'errors', 'mean', 'own', 'p50', 'p95', 'longest'],
    hooks
      .slice(0, HOOKS_SHOWN)
      .map((hook) => [
        hook.contentType,
        hook.operation,
        theme.count(hook.executions),
        theme.count(hook.errors),
        ...[hook.averageExecutionTime, hook.averageOwnTime, hook.p50, hook.p95, hook.maxExecutionTime].map(
          theme.duration,
        ),
      ]),
  );
  const more = hooks.length > HOOKS_SHOWN ? [theme.dim(`and ${hooks.length - HOOKS_SHOWN} quicker ones: --json`)] : [];
  const file = reportFile === null ? [] : [theme.dim(`Report: ${reportFile}`)];
  return [fields, ...(hooks.length === 0 ? [] : [table]), ...more, ...file].join('\n');
}

export const reportSample: HookReport = {
  report: {
    window: { from: '2026-11-22T04:00:00.000Z', to: '2026-11-23T03:12:00.000Z', coverage: 1 },
    totalExecutions: 1_204,
    averageExecutionTime: 34.2,
    errorRate: 0.0025,
    hooks: [hookSample],
    buckets: [
      { from: '2026-11-22T04:00:00.000Z', executions: 51, errors: 0, averageExecutionTime: 30.1, p95: 110 },
      { from: '2026-11-22T05:00:00.000Z', executions: 64, errors: 1, averageExecutionTime: 36.7, p95: 131 },
    ],
  },
  reportFile: null,
};
