import { defineCommand, planThenApply } from '../../lib/command.js';
import { MaintenanceReport, planned, reportOn } from '../../lib/db/maintain/report.js';
import { applyReindex } from '../../lib/db/rebuild.js';
import { planReindex, ReindexFlags } from '../../lib/db/reindex.js';
import { maintenanceSummary, maintenanceView } from './maintenance-view.js';

export default defineCommand({
  options: [
    ['--index <name>', 'only this index, bloated or not'],
    ['--table <name>', 'the indexes of this table, bloated or not'],
    ['--assume-free <size>', 'free space of a server on another host, such as 20GB'],
    ['--resume', 'leave out what an interrupted run has rebuilt'],
    ['--lock-wait <duration>', 'how long to wait for another maintenance (default: 15m, on a terminal 0s)'],
  ],
  flags: ReindexFlags,
  result: MaintenanceReport,
  changes: true,
  run: planThenApply(planReindex, applyReindex),
  summary: (report) => maintenanceSummary(report, 'rebuilt or dropped'),
  view: maintenanceView,
  examples: [
    'viktoria-ops db reindex',
    'viktoria-ops db reindex --dry-run',
    'viktoria-ops db reindex --table matches --resume',
    'viktoria-ops db reindex --deadline 2h --assume-free 20GB',
  ],
  sample: reportOn(
    [
      planned({
        oid: 16_440,
        object: 'public.matches_date_idx',
        table: 'public.matches',
        action: 'reindex',
        sql: 'REINDEX INDEX CONCURRENTLY public.matches_date_idx',
        reason: '61 % of it, 41.2 MB, is air (measured)',
        outcome: 'done',
        sizeBytes: 67_400_000,
        gainBytes: 41_200_000,
        sizeAfterBytes: 26_100_000,
        durationMs: 5_310,
      }),
    ],
    { applied: true, isStandby: false },
  ),
});
