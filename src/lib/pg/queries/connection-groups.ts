import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  user: z.string(),
  application: z.string(),
  client: z.string(),
  total: Numeric,
  active: Numeric,
  idleInTransaction: Numeric,
});

/**
 * Who holds the connections of the server: a pool shows as one line. The largest first. A role that was dropped while
 * connected has no name left.
 */
export const connectionGroups = {
  sql: `
    select
      coalesce(usename, usesysid::text) as user, coalesce(application_name, '') as application,
      coalesce(host(client_addr), 'socket') as client,
      count(*) as total,
      count(*) filter (where state = 'active') as active,
      count(*) filter (where state like 'idle in transaction%') as "idleInTransaction"
    from pg_stat_activity
    where usesysid is not null and (backend_type = 'client backend' or backend_type is null)
      and pid <> pg_backend_pid()
    group by 1, 2, 3
    order by total desc, 1, 2, 3
    limit 10`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
