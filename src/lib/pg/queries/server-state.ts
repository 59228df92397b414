import * as z from 'zod';
import { Instant, Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  version: z.string(),
  startedAt: Instant,
  uptimeSeconds: Numeric,
  role: z.enum(['primary', 'standby']),
  replicas: Numeric,
  database: z.string(),
  sizeBytes: Numeric,
});

/**
 * The server and the database. Packagers add a version of their own after a space. `pg_stat_replication` shows its rows,
 * if not their columns, to every role.
 */
export const serverState = {
  sql: `
    select
      split_part(current_setting('server_version'), ' ', 1) as version,
      pg_postmaster_start_time() as "startedAt",
      extract(epoch from now() - pg_postmaster_start_time()) as "uptimeSeconds",
      case when pg_is_in_recovery() then 'standby' else 'primary' end as role,
      (select count(*) from pg_stat_replication) as replicas,
      current_database() as database,
      pg_database_size(current_database()) as "sizeBytes"`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
