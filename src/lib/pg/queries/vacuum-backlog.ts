import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';
import { MAX_VACUUM_THRESHOLD } from './table-inventory.js';

const Row = z.object({
  schema: z.string(),
  name: z.string(),
  deadTuples: Numeric,
  /** Dead rows from which autovacuum acts, by the table's own settings. */
  threshold: Numeric,
  isEnabled: z.boolean(),
});

/** Tables with more dead rows than their own threshold, the most overdue first. Nobody vacuums temporary ones but their session. */
export const vacuumBacklog = {
  sql: `
    select s.schemaname as schema, s.relname as name, s.n_dead_tup as "deadTuples", round(threshold) as threshold,
      coalesce((own ->> 'autovacuum_enabled')::bool, true) as "isEnabled"
    from pg_stat_user_tables s
    join pg_class c on c.oid = s.relid and c.relpersistence <> 't'
    cross join lateral (
      select coalesce(jsonb_object_agg(option_name, option_value), '{}') as own
      from pg_options_to_table(c.reloptions)
    ) as options
    cross join lateral (
      select least(
        coalesce(own ->> 'autovacuum_vacuum_threshold', current_setting('autovacuum_vacuum_threshold'))::float8
          + coalesce(own ->> 'autovacuum_vacuum_scale_factor', current_setting('autovacuum_vacuum_scale_factor'))::float8
            * greatest(c.reltuples, 0), ${MAX_VACUUM_THRESHOLD}) as threshold
    ) as limits
    where s.n_dead_tup > 0 and s.n_dead_tup > threshold
    order by s.n_dead_tup / greatest(threshold, 1) desc
    limit 10`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
