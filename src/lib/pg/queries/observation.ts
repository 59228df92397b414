import * as z from 'zod';
import { Instant, Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  now: Instant,
  statsReset: Instant.nullable(),
  blockBytes: Numeric,
  replicas: Numeric,
  isStandby: z.boolean(),
  /** Tables, and how many of them have statistics that our role may not see. */
  tables: Numeric,
  hiddenTables: Numeric,
  /** Of these, those whose row security holds for our role. */
  securedTables: Numeric,
  role: z.string(),
});
export type Observation = z.infer<typeof Row>;

/**
 * When and as whom the catalogue is read. `pg_stats` shows only columns that the role may read, to pg_monitor none; and
 * none of a table of which row security hides rows.
 */
export const observation = {
  sql: `
    select
      clock_timestamp() as now,
      (select stats_reset from pg_stat_database where datname = current_database()) as "statsReset",
      current_setting('block_size')::int as "blockBytes",
      (select count(*) from pg_stat_replication) as replicas,
      pg_is_in_recovery() as "isStandby",
      count(*) as tables,
      count(*) filter (where not has_any_column_privilege(c.oid, 'select') or row_security_active(c.oid)) as "hiddenTables",
      count(*) filter (where row_security_active(c.oid)) as "securedTables",
      current_user as role
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'm') and c.relpersistence <> 't'
      and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`,
  row: Row,
} satisfies Query<Observation>;
