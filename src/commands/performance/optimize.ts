import { defineCommand, planThenApply } from '../../lib/command.js';
import { countOf, formatBytes } from '../../lib/measures.js';
import { applyOptimization, Optimization, OptimizeFlags, planOptimization } from '../../lib/performance/optimize.js';
import { optimizationSample } from './optimize-sample.js';
import { optimizeView } from './optimize-view.js';

export default defineCommand({
  options: [
    ['--apply', 'do what is safe: VACUUM, ANALYZE; garbage and caches when memory is short'],
    ['--comprehensive', 'also online REINDEX, a garbage collection, and what became slower in a week'],
    ['--lock-wait <duration>', 'how long to wait for another maintenance (default: 15m, on a terminal 0s)'],
  ],
  flags: OptimizeFlags,
  result: Optimization,
  changes: true,
  run: planThenApply(planOptimization, applyOptimization),
  summary,
  view: optimizeView,
  examples: [
    'viktoria-ops performance optimize',
    'viktoria-ops performance optimize --apply --dry-run',
    'viktoria-ops performance optimize --comprehensive --apply',
  ],
  sample: optimizationSample,
});

function summary({ applied, hooks, regressions, database, memory }: Optimization): string {
  const slower = regressions.length === 0 ? [] : [`${countOf(regressions.length, 'hook')} slower than a week ago`];
  if (!applied) {
    const planned =
      (database?.maintenance.totals.planned ?? 0) +
      (memory?.actions.filter(({ outcome }) => outcome === 'planned').length ?? 0);
    const found = hooks === null ? [] : [`${countOf(hooks.length, 'hook')} that take most of the time`];
    return [...found, ...slower, `${countOf(planned, 'thing')} that --apply does`].join(', ');
  }
  const done = database === null ? [] : [`${database.maintenance.totals.done} done to the database`];
  const freed = database === null ? 0 : database.maintenance.totals.freedBytes;
  const disk = freed > 0 ? [`${formatBytes(freed)} freed on disk`] : [];
  const heap = memory?.after
    ? [`heap ${formatBytes(memory.before.heapUsedBytes)} → ${formatBytes(memory.after.heapUsedBytes)}`]
    : [];
  return [...done, ...disk, ...heap, ...slower].join(', ') || 'nothing could be done';
}
