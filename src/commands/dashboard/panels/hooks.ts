import { definePanel } from '../../../lib/dashboard/index.js';
import summary from '../../performance/summary.js';

/** The guide's HookPerformance, of the last hour. */
export const hooks = definePanel({
  id: 'hooks',
  title: 'Hooks, last hour',
  source: summary,
  given: { window: '1h' },
  more: 'viktoria-ops performance summary --window 1h',
  everyMs: 0,
  lines: ({ performance: hook }, theme) => [
    `${theme.count(hook.totalExecutions)} runs, ${theme.percent(hook.errorRate)} failed, ${theme.count(hook.rejectedExecutions)} refused`,
    `mean ${theme.duration(hook.averageExecutionTime)}, p95 ${theme.duration(hook.p95)}, p99 ${theme.duration(hook.p99)}`,
    ...hook.slowestHooks.map(
      ({ contentType, operation, averageExecutionTime, executions }) =>
        `${theme.duration(averageExecutionTime)} ${contentType} ${operation} (${theme.count(executions)})`,
    ),
  ],
});
