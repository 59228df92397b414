import * as z from 'zod';
import { Instant, Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  cacheHitRatio: Numeric.nullable(),
  deadlocks: Numeric,
  rollbacks: Numeric,
  commits: Numeric,
  temporaryFileBytes: Numeric,
  since: Instant.nullable(),
});

/** What the server has counted for this database since `since`. No reads at all: no ratio, rather than 0 or 1. */
export const databaseActivity = {
  sql: `
    select
      round(blks_hit::numeric / nullif(blks_hit + blks_read, 0), 4) as "cacheHitRatio",
      deadlocks,
      xact_rollback as rollbacks,
      xact_commit as commits,
      temp_bytes as "temporaryFileBytes",
      stats_reset as since
    from pg_stat_database
    where datname = current_database()`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
