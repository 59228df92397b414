/** How hooks that take much of the time look. */
import type { HookBottlenecks } from '../../lib/performance/bottlenecks.js';
import type { Theme } from '../../lib/terminal/theme.js';

type Bottleneck = HookBottlenecks['bottlenecks'][number];

/** The figures, then what each line means and what helps: sentences do not fit into cells. */
export function bottlenecksView(bottlenecks: readonly Bottleneck[], theme: Theme): string {
  if (bottlenecks.length === 0) return '';
  const words = bottlenecks.map(
    ({ reason, suggestion }, index) => `${index + 1}. ${reason}\n   ${theme.dim(suggestion)}`,
  );
  return [bottlenecksTable(bottlenecks, theme), '', ...words].join('\n');
}

export function bottlenecksTable(bottlenecks: readonly Bottleneck[], theme: Theme): string {
  const rows = bottlenecks.map((hook, index) => [
    index + 1,
    hook.contentType,
    hook.operation,
    theme.percent(Math.round(hook.shareOfTime * 1_000) / 1_000),
    theme.count(hook.executions),
    theme.duration(hook.averageExecutionTime),
    theme.count(hook.averageQueries),
    theme.duration(hook.averageQueryTime),
    theme.duration(hook.p99),
  ]);
  const head = ['#', 'content type', 'operation', 'share', 'runs', 'mean', 'queries', 'in queries', 'p99'];
  return theme.table(head, rows);
}

export const bottleneckSample: Bottleneck = {
  contentType: 'api::match.match',
  operation: 'afterUpdate',
  source: 'model',
  shareOfTime: 0.412,
  executions: 87,
  averageExecutionTime: 212.4,
  averageOwnTime: 180.1,
  averageQueries: 24.3,
  averageQueryTime: 151.9,
  p50: 190,
  p99: 655,
  cause: 'queries',
  reason: 'many queries: 84 % of its own time in 24.3 SQL statements a run, 87 runs of 212 ms on average',
  suggestion: 'load what the loop needs with one query before it (findMany with $in, or populate), and write with one',
};
