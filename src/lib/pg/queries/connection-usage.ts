import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({ used: Numeric, active: Numeric, idle: Numeric, hidden: Numeric, available: Numeric });

/**
 * Connections of the whole server against what an ordinary role can get. `reserved_connections` exists since 16.
 * A session of another role is counted, but its state is hidden without pg_read_all_stats; background processes have
 * no role.
 */
export const connectionUsage = {
  sql: `
    select
      count(*) as used,
      count(*) filter (where state <> 'idle') as active,
      count(*) filter (where state = 'idle') as idle,
      count(*) filter (where state is null) as hidden,
      current_setting('max_connections')::int
        - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true), '0')::int as available
    from pg_stat_activity
    where usesysid is not null and (backend_type = 'client backend' or backend_type is null)`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
