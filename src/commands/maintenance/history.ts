import { defineCommand } from '../../lib/command.js';
import { HistoryFlags, HistoryResult, listRuns } from '../../lib/maintenance/history.js';
import { nameOfTier } from '../../lib/maintenance/past.js';
import { countOf } from '../../lib/measures.js';

export default defineCommand({
  options: [
    ['--tier <name>', 'only runs of this tier: daily, weekly or monthly'],
    ['--limit <count>', 'at most so many runs (default: 20)'],
  ],
  flags: HistoryFlags,
  result: HistoryResult,
  run: listRuns,
  summary: ({ runs, lastSuccess }) => {
    if (runs.length === 0) return 'nothing has run yet';
    const good = lastSuccess.map((success) => `${nameOfTier(success)} last went well ${success.startedAt}`).join(', ');
    return `${countOf(runs.length, 'run')}; ${good || 'none went well'}`;
  },
  view: ({ runs }, theme) =>
    theme.table(
      ['started', 'tier', 'status', 'time', 'trouble', 'record'],
      runs.map(({ startedAt, status, durationMs, troubled, recordFile, ...run }) => [
        theme.time(startedAt),
        nameOfTier(run),
        status === 'running' ? status : theme.status(status),
        theme.duration(durationMs),
        troubled.join(', '),
        recordFile,
      ]),
    ),
  examples: ['viktoria-ops maintenance history', 'viktoria-ops maintenance history --tier daily --limit 7 --json'],
  sample: {
    runs: [
      {
        tier: 'daily',
        environment: 'default',
        runId: '5f3a9c01',
        startedAt: '2026-11-23T03:00:00.000Z',
        durationMs: 412,
        status: 'ok',
        troubled: [],
        recordFile: '/var/lib/viktoria-ops/runs/20261123T030000000Z-daily-5f3a9c01.json',
      },
    ],
    lastSuccess: [{ tier: 'daily', environment: 'default', startedAt: '2026-11-23T03:00:00.000Z', ageSeconds: 3600 }],
  },
});
