/** The database as the application sees it. */
import * as z from 'zod';

export const SlowQuery = z.lazy(() =>
  z.object({
    query: z.string(),
    calls: z.number(),
    averageTimeMs: z.number(),
    totalTimeMs: z.number(),
  }),
);
export const TableStats = z.lazy(() =>
  z.object({
    /** With its schema, unless that is `public`. */
    table: z.string(),
    sizeBytes: z.number(),
    liveTuples: z.number(),
    deadTuples: z.number(),
    lastVacuum: z.iso.datetime().nullable(),
    lastAnalyze: z.iso.datetime().nullable(),
  }),
);

/** `GET /database`. Times in milliseconds; null where the server does not record it. */
export const DatabaseMetrics = z.lazy(() =>
  z.object({
    connectionPoolStatus: z.object({
      active: z.number(),
      idle: z.number(),
      waiting: z.number(),
      max: z.number().optional(),
    }),
    queryPerformance: z.object({
      averageQueryTime: z.number().nullable(),
      slowQueries: z.array(SlowQuery),
      totalQueries: z.number(),
    }),
    tableStatistics: z.array(TableStats),
  }),
);
export type DatabaseMetrics = z.infer<typeof DatabaseMetrics>;
