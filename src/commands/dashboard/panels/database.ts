import * as z from 'zod';
import type { Context } from '../../../lib/context.js';
import type { DatabaseMetrics } from '../../../lib/contract/index.js';
import { definePanel } from '../../../lib/dashboard/index.js';
import { conclude, type Outcome } from '../../../lib/status.js';
import type { Theme } from '../../../lib/terminal/theme.js';

/** The guide's DatabaseMetrics: the database as the application sees it. */
export const database = definePanel({
  id: 'database',
  title: 'Database',
  source: {
    flags: z.object({}),
    run: async ({ api }: Pick<Context, 'api'>): Promise<Outcome<DatabaseMetrics>> => conclude(await api('database')),
    summary: ({ connectionPoolStatus: { active, waiting } }) => `${active} connections at work, ${waiting} waited for`,
    view: (metrics, theme) =>
      [
        ...headOf(metrics, theme),
        theme.heading('Slow statements'),
        theme.table(
          ['mean', 'calls', 'statement'],
          metrics.queryPerformance.slowQueries.map(({ averageTimeMs, calls, query }) => [
            theme.duration(averageTimeMs),
            theme.count(calls),
            query,
          ]),
        ),
        theme.heading('Tables'),
        theme.table(
          ['table', 'size', 'rows', 'dead', 'vacuumed'],
          metrics.tableStatistics.map(({ table, sizeBytes, liveTuples, deadTuples, lastVacuum }) => [
            table,
            theme.bytes(sizeBytes),
            theme.count(liveTuples),
            theme.count(deadTuples),
            theme.time(lastVacuum),
          ]),
        ),
      ].join('\n'),
  },
  given: {},
  more: 'viktoria-ops db health',
  everyMs: 0,
  lines: (metrics, theme) => [
    ...headOf(metrics, theme),
    ...metrics.queryPerformance.slowQueries.map(
      ({ averageTimeMs, calls, query }) => `${theme.duration(averageTimeMs)} × ${theme.count(calls)} ${query}`,
    ),
    ...metrics.tableStatistics.map(
      ({ table, sizeBytes, deadTuples }) => `${theme.bytes(sizeBytes)} ${table}, ${theme.count(deadTuples)} dead`,
    ),
  ],
});

function headOf({ connectionPoolStatus: pool, queryPerformance }: DatabaseMetrics, theme: Theme): string[] {
  const limit = pool.max === undefined ? '' : ` of ${theme.count(pool.max)}`;
  return [
    `pool: ${theme.count(pool.active)} active, ${theme.count(pool.idle)} idle${limit}, ${theme.count(pool.waiting)} waited for`,
    `${theme.count(queryPerformance.totalQueries)} statements, mean ${theme.duration(queryPerformance.averageQueryTime)}`,
  ];
}
