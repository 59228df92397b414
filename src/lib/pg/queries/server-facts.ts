import * as z from 'zod';
import { Instant } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  version: z.string(),
  role: z.string(),
  isSuperuser: z.boolean(),
  /** Sees the sessions and statements of other roles. */
  readsAllStats: z.boolean(),
  /** Sees planner statistics and sequence values; null before PostgreSQL 14, which lacks the role. */
  readsAllData: z.boolean().nullable(),
  now: Instant,
});
export type ServerFacts = z.infer<typeof Row>;

/** Who we are to the server, and what time it is there. `pg_monitor` includes pg_read_all_stats. */
export const serverFacts = {
  sql: `
    select
      split_part(current_setting('server_version'), ' ', 1) as version,
      current_user as role,
      current_setting('is_superuser')::bool as "isSuperuser",
      pg_has_role('pg_read_all_stats', 'usage') as "readsAllStats",
      (select pg_has_role(oid, 'usage') from pg_roles where rolname = 'pg_read_all_data') as "readsAllData",
      clock_timestamp() as now`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
