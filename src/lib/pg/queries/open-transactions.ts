import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  pid: z.number(),
  user: z.string().nullable(),
  application: z.string(),
  state: z.string(),
  transactionSeconds: Numeric,
  stateSeconds: Numeric,
  query: z.string(),
});

/**
 * Open transactions in this database, oldest first. `clock_timestamp()` and `greatest`: a transaction may have begun
 * after our own. The query text is cut here, for it can be a megabyte.
 */
export const openTransactions = {
  sql: `
    select
      pid,
      usename as user,
      application_name as application,
      state,
      greatest(extract(epoch from clock_timestamp() - xact_start), 0) as "transactionSeconds",
      greatest(extract(epoch from clock_timestamp() - state_change), 0) as "stateSeconds",
      left(query, 200) as query
    from pg_stat_activity
    where datname = current_database()
      and backend_type = 'client backend'
      and xact_start is not null
      and state is not null
      and pid <> pg_backend_pid()
    order by xact_start
    limit 20`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
