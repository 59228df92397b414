import { defineCommand, planThenApply } from '../../lib/command.js';
import { AnalyzeFlags, applyAnalyze, planAnalyze } from '../../lib/db/analyze.js';
import { MaintenanceReport, planned, reportOn } from '../../lib/db/maintain/report.js';
import { maintenanceSummary, maintenanceView } from './maintenance-view.js';

export default defineCommand({
  options: [
    ['--table <name>', 'only this table, needed or not'],
    ['--all', 'every table, needed or not'],
    ['--lock-wait <duration>', 'how long to wait for another maintenance (default: 15m, on a terminal 0s)'],
  ],
  flags: AnalyzeFlags,
  result: MaintenanceReport,
  changes: true,
  run: planThenApply(planAnalyze, applyAnalyze),
  summary: (report) => maintenanceSummary(report, 'analyzed'),
  view: maintenanceView,
  examples: [
    'viktoria-ops db analyze',
    'viktoria-ops db analyze --all --dry-run',
    'viktoria-ops db analyze --table matches',
  ],
  sample: reportOn(
    [
      planned({
        oid: 16_412,
        object: 'public.matches',
        table: 'public.matches',
        action: 'analyze',
        sql: 'ANALYZE (SKIP_LOCKED) public.matches',
        reason: '31877 rows changed since the last ANALYZE',
        outcome: 'done',
        sizeBytes: 88_000_000,
        sizeAfterBytes: 88_000_000,
        durationMs: 640,
      }),
    ],
    { applied: true, isStandby: false },
  ),
});
