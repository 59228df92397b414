import * as z from 'zod';
import { Instant, Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  now: Instant,
  statsReset: Instant.nullable(),
  blockBytes: Numeric,
  replicas: Numeric,
  isStandby: z.boolean(),
  /** Tables with rows, and how many of them have statistics that our role may see. */
  tables: Numeric,
  tablesWithStatistics: Numeric,
  role: z.string(),
});
export type Observation = z.infer<typeof Row>;

/** When and as whom the catalogue is read. `pg_stats` shows only tables that the role may read: to pg_monitor, none. */
export const observation = {
  sql: `
    select
      clock_timestamp() as now,
      (select stats_reset from pg_stat_database where datname = current_database()) as "statsReset",
      current_setting('block_size')::int as "blockBytes",
      (select count(*) from pg_stat_replication) as replicas,
      pg_is_in_recovery() as "isStandby",
      count(*) as tables,
      count(*) filter (where exists (
        select from pg_stats s where s.schemaname = n.nspname and s.tablename = c.relname)) as "tablesWithStatistics",
      current_user as role
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and c.reltuples > 0 and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`,
  row: Row,
} satisfies Query<Observation>;
