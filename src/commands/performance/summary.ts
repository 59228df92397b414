import { defineCommand } from '../../lib/command.js';
import { formatDuration, formatPercent } from '../../lib/measures.js';
import { PerformanceSummaryFlags, PerformanceSummaryResult, performanceSummary } from '../../lib/performance/index.js';
import { hookSample } from './hook-sample.js';

export default defineCommand({
  options: [['--window <duration>', 'how far back to look: 1h, 24h, 7d (default: 24h)']],
  flags: PerformanceSummaryFlags,
  result: PerformanceSummaryResult,
  run: performanceSummary,
  summary: ({ window, responseTimeMs, performance }) => {
    const { totalExecutions, averageExecutionTime, errorRate } = performance;
    const mean = averageExecutionTime === null ? [] : [`mean ${formatDuration(averageExecutionTime)}`];
    const failed = errorRate === null ? [] : [`${formatPercent(errorRate)} failed`];
    const runs = totalExecutions === 0 ? 'no hook ran' : `${totalExecutions} hook runs`;
    const answered = responseTimeMs === null ? [] : [`answered in ${formatDuration(responseTimeMs)}`];
    return [`${runs} in ${window}`, ...mean, ...failed, ...answered].join(', ');
  },
  view: ({ responseTimeMs, performance }, theme) => {
    const figures = theme.fields([
      ['window', `${theme.time(performance.window.from)} to ${theme.time(performance.window.to)}`],
      ['observed', theme.percent(performance.window.coverage)],
      ['runs', theme.count(performance.totalExecutions)],
      ['failed', theme.count(performance.failedExecutions)],
      ['refused input', theme.count(performance.rejectedExecutions)],
      ['error rate', theme.percent(performance.errorRate)],
      ['success rate', theme.percent(performance.successRate)],
      ['mean', theme.duration(performance.averageExecutionTime)],
      ['p50', theme.duration(performance.p50)],
      ['p95', theme.duration(performance.p95)],
      ['p99', theme.duration(performance.p99)],
      ['response time', theme.duration(responseTimeMs)],
    ]);
    const slowest = performance.slowestHooks.map((hook) => [
      hook.contentType,
      hook.operation,
      theme.count(hook.executions),
      theme.count(hook.errors),
      theme.duration(hook.averageExecutionTime),
      theme.duration(hook.averageOwnTime),
      theme.duration(hook.p95),
      theme.duration(hook.maxExecutionTime),
    ]);
    if (slowest.length === 0) return figures;
    const head = ['content type', 'operation', 'runs', 'errors', 'mean', 'own', 'p95', 'longest'];
    return [figures, theme.heading('Slowest hooks'), theme.table(head, slowest)].join('\n');
  },
  spansEnvironments: true,
  examples: ['viktoria-ops performance summary', 'viktoria-ops performance summary --window 1h --json'],
  sample: {
    window: '24h',
    responseTimeMs: 18.4,
    performance: {
      totalExecutions: 1204,
      averageExecutionTime: 34.2,
      successRate: 0.9934,
      errorRate: 0.0025,
      slowestHooks: [hookSample],
      recentErrors: [],
      window: { from: '2026-11-22T03:00:00.000Z', to: '2026-11-23T03:00:00.000Z', coverage: 1 },
      p50: 21,
      p95: 120,
      p99: 405,
      rejectedExecutions: 5,
      failedExecutions: 3,
      instrumentation: 'complete',
    },
  },
});
