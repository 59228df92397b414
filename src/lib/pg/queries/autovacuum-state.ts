import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  isEnabled: z.boolean(),
  countsAreKept: z.boolean(),
  workers: Numeric,
  maxWorkers: Numeric,
  running: z.array(z.object({ table: z.string(), phase: z.string(), seconds: Numeric.nullable() })),
});

/** Whether autovacuum works, and at what just now. Its workers are background processes, which every role sees. */
export const autovacuumState = {
  sql: `
    select
      current_setting('autovacuum')::bool as "isEnabled", current_setting('track_counts')::bool as "countsAreKept",
      (select count(*) from pg_stat_activity where backend_type = 'autovacuum worker') as workers,
      current_setting('autovacuum_max_workers')::int as "maxWorkers",
      coalesce((
        select jsonb_agg(jsonb_build_object(
          'table', coalesce(c.relname, p.relid::text), 'phase', p.phase,
          'seconds', extract(epoch from clock_timestamp() - a.xact_start)))
        from pg_stat_progress_vacuum p
        left join pg_class c on c.oid = p.relid and p.datname = current_database()
        left join pg_stat_activity a on a.pid = p.pid), '[]') as running`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
