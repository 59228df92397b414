import { defineCommand, planThenApply } from '../../lib/command.js';
import { planned, reportOn } from '../../lib/db/maintain/report.js';
import { applyOptimize, OptimizeFlags, OptimizeReport, planOptimize } from '../../lib/db/optimize.js';
import { countOf } from '../../lib/measures.js';
import { maintenanceSummary, maintenanceView } from './maintenance-view.js';

export default defineCommand({
  options: [
    ['--apply', 'do what is safe: ANALYZE, VACUUM, online REINDEX, dropping what interrupted rebuilds left'],
    ['--lock-wait <duration>', 'how long to wait for another maintenance (default: 15m, on a terminal 0s)'],
  ],
  flags: OptimizeFlags,
  result: OptimizeReport,
  changes: true,
  run: planThenApply(planOptimize, applyOptimize),
  summary: ({ advice, maintenance }) => {
    if (maintenance.applied) return maintenanceSummary(maintenance, 'done');
    if (advice.length === 0) return 'nothing to improve';
    const safe = advice.filter(({ isSafe }) => isSafe).length;
    return `${countOf(advice.length, 'thing')} to improve, ${safe} of them done by --apply`;
  },
  /** What is not done by itself stands with the findings. */
  view: ({ maintenance }, theme) => maintenanceView(maintenance, theme),
  examples: ['viktoria-ops db optimize', 'viktoria-ops db optimize --apply', 'viktoria-ops db optimize --json'],
  sample: {
    advice: [
      {
        subject: 'public.matches_date_idx',
        why: '61 % of it, 41.2 MB, is air (estimated)',
        action: 'REINDEX INDEX CONCURRENTLY public.matches_date_idx',
        isSafe: true,
        gainBytes: 41_200_000,
        severity: 'warning',
      },
      {
        subject: 'VOPS-DB-INDEX-MISSING',
        why: 'public.players_team_lnk (team_id) has no index: joins, and deletes and updates of teams (412 so far), read all of its 18400 rows',
        action: 'CREATE INDEX CONCURRENTLY ON public.players_team_lnk (team_id)',
        isSafe: false,
        gainBytes: null,
        severity: 'warning',
      },
    ],
    maintenance: reportOn(
      [
        planned({
          oid: 16_440,
          object: 'public.matches_date_idx',
          table: 'public.matches',
          action: 'reindex',
          sql: 'REINDEX INDEX CONCURRENTLY public.matches_date_idx',
          reason: '61 % of it, 41.2 MB, is air (estimated)',
          sizeBytes: 67_400_000,
          gainBytes: 41_200_000,
        }),
      ],
      { applied: false, isStandby: false },
    ),
  },
});
