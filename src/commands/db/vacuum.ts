import { defineCommand, planThenApply } from '../../lib/command.js';
import { MaintenanceReport, planned, reportOn } from '../../lib/db/maintain/report.js';
import { applyVacuum, planVacuum, VacuumFlags } from '../../lib/db/vacuum.js';
import { maintenanceSummary, maintenanceView } from './maintenance-view.js';

export default defineCommand({
  options: [
    ['--table <name>', 'only this table, needed or not'],
    ['--all', 'every table, needed or not'],
    ['--freeze', 'also freeze old rows, as is done anyway for the oldest'],
    ['--full', 'rewrite the table given with --table: locks everybody out; needs --confirm and --window'],
    ['--confirm <table>', 'the name of that table once more'],
    ['--window <from-to>', 'when that may happen, such as 02:00-04:00; what is not done then is undone'],
    ['--lock-wait <duration>', 'how long to wait for another maintenance (default: 15m, on a terminal 0s)'],
  ],
  flags: VacuumFlags,
  result: MaintenanceReport,
  changes: true,
  run: planThenApply(planVacuum, applyVacuum),
  summary: (report) => maintenanceSummary(report, 'vacuumed'),
  view: maintenanceView,
  examples: [
    'viktoria-ops db vacuum',
    'viktoria-ops db vacuum --dry-run',
    'viktoria-ops db vacuum --table matches',
    'viktoria-ops db vacuum --full --table matches --confirm matches --window 02:00-04:00',
  ],
  sample: reportOn(
    [
      planned({
        oid: 16_412,
        object: 'public.matches',
        table: 'public.matches',
        action: 'vacuum',
        sql: 'VACUUM (ANALYZE, SKIP_LOCKED, TRUNCATE FALSE, PARALLEL 0) public.matches',
        reason: '18240 dead rows',
        outcome: 'done',
        sizeBytes: 88_000_000,
        sizeAfterBytes: 88_000_000,
        deadTuples: 18_240,
        deadTuplesAfter: 0,
        durationMs: 2_140,
      }),
    ],
    { applied: true, isStandby: false },
  ),
});
