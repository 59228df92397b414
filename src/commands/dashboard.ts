import { defineCommand } from '../lib/command.js';
import { DashboardFlags, DashboardResult, showDashboard, type Watched } from '../lib/dashboard/index.js';
import { panels } from './dashboard/panels/index.js';
import { drawDashboard } from './dashboard/picture.js';

export default defineCommand({
  options: [
    ['--interval <duration>', 'time between two readings (default: 2s)'],
    ['--once', 'one picture, also on a terminal'],
  ],
  flags: DashboardFlags,
  result: DashboardResult,
  run: (context, flags) => showDashboard(context, flags, panels),
  picture: (watched: Watched, theme, size) => drawDashboard({ watched, panels, theme, size }),
  summary: ({ sentence }) => sentence,
  view: ({ panels: reports }, theme) =>
    theme.table(
      ['panel', 'status', 'seen'],
      reports.flatMap(({ id, status, summary, result, error }) => {
        const panel = panels.find((each) => each.id === id);
        const lines = error || !panel ? [summary] : panel.lines(result, theme);
        return lines.map((line) => [id, theme.status(status), line]);
      }),
    ),
  examples: [
    'viktoria-ops dashboard',
    'viktoria-ops dashboard --env production --interval 5s',
    'viktoria-ops dashboard --once | grep jobs',
  ],
  sample: {
    sentence: '1 problem: jobs: 62 jobs wait, above 50 (kpis.queueBacklog.warning)',
    panels: [
      {
        id: 'jobs',
        title: 'Jobs',
        status: 'warning',
        asOf: '2026-11-23T03:00:02.000Z',
        isStale: false,
        summary: '62 jobs wait, the oldest for 41 s; 42 processed a minute, 3 failed',
        findings: [
          {
            code: 'VOPS-QUEUE-BACKLOG',
            severity: 'warning',
            message: '62 jobs wait, above 50 (kpis.queueBacklog.warning)',
            hint: 'look at the log of the workers, and at the types below: viktoria-ops queue status',
          },
        ],
        result: {
          queueSize: 62,
          processingRate: 42,
          completedJobs: 18_230,
          failedJobs: 3,
          averageProcessingTime: 840,
          jobsByType: { 'table-calculation': 50, 'player-statistics': 12 },
          jobsByState: { ready: 62, active: 2, failed: 3 },
          oldestReadyAgeSeconds: 41,
        },
      },
    ],
  },
});
