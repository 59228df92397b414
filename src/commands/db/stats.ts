import { defineCommand } from '../../lib/command.js';
import { collectStats, DatabaseStats, StatsFlags, TABLE_SORTS } from '../../lib/db/stats.js';
import { countOf, formatBytes } from '../../lib/measures.js';
import type { Theme } from '../../lib/terminal/theme.js';

export default defineCommand({
  options: [
    ['--sort <by>', `${TABLE_SORTS.join(', ')} (default: size)`],
    ['--limit <count>', 'how many tables to show (default: 20)'],
  ],
  flags: StatsFlags,
  result: DatabaseStats,
  run: collectStats,
  summary: ({ database, sizeBytes, tableCount }) =>
    `${database}: ${formatBytes(sizeBytes)} in ${countOf(tableCount, 'table')}`,
  view: (stats, theme) => [factList(stats, theme), tableList(stats, theme)].filter(Boolean).join('\n\n'),
  spansEnvironments: true,
  examples: ['viktoria-ops db stats', 'viktoria-ops db stats --sort dead --limit 5', 'viktoria-ops db stats --json'],
  sample: {
    database: 'viktoria_wertheim',
    sizeBytes: 734_003_200,
    since: '2026-11-01T03:00:00.000Z',
    cacheHitRatio: 0.9931,
    commits: 1_204_331,
    rollbacks: 12,
    deadlocks: 0,
    temporaryFileBytes: 0,
    checkpoints: { timed: 8_102, requested: 3, since: '2026-11-01T03:00:00.000Z' },
    tableCount: 31,
    tables: [
      {
        table: 'public.matches',
        sizeBytes: 88_000_000,
        indexBytes: 67_400_000,
        liveTuples: 412_000,
        deadTuples: 18_240,
        bloat: { method: 'estimated', bytes: 4_100_000, share: 0.047 },
        sequentialScans: 12,
        indexScans: 812_400,
        inserted: 41_200,
        updated: 88_120,
        hotShare: 0.61,
        deleted: 120,
        lastVacuum: '2026-11-20T03:01:00.000Z',
        lastAnalyze: '2026-11-20T03:01:00.000Z',
        xidAge: 48_000_000,
      },
    ],
  },
});

const factList = (stats: DatabaseStats, theme: Theme): string =>
  theme.fields([
    ['counted since', stats.since === null ? 'the database was made' : theme.time(stats.since)],
    ['cache hit ratio', theme.percent(stats.cacheHitRatio)],
    ['commits', theme.count(stats.commits)],
    ['rollbacks', theme.count(stats.rollbacks)],
    ['deadlocks', theme.count(stats.deadlocks)],
    ['temporary files', theme.bytes(stats.temporaryFileBytes)],
    [
      'checkpoints',
      `${theme.count(stats.checkpoints.timed)} by the clock, ${theme.count(stats.checkpoints.requested)} forced`,
    ],
  ]);

const HEAD = [
  'table',
  'size',
  'indexes',
  'rows',
  'dead',
  'air',
  'seq. scans',
  'index scans',
  'hot',
  'vacuumed',
  'analyzed',
];

function tableList({ tables }: DatabaseStats, theme: Theme): string {
  if (tables.length === 0) return '';
  const rows = tables.map((table) => [
    table.table,
    theme.bytes(table.sizeBytes),
    theme.bytes(table.indexBytes),
    theme.count(table.liveTuples),
    theme.count(table.deadTuples),
    table.bloat === null ? null : theme.bytes(table.bloat.bytes),
    theme.count(table.sequentialScans),
    theme.count(table.indexScans),
    table.hotShare === null ? null : theme.percent(Math.round(table.hotShare * 100) / 100),
    theme.time(table.lastVacuum),
    theme.time(table.lastAnalyze),
  ]);
  return theme.table(HEAD, rows);
}
