import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  /** Null: held by a prepared transaction. */
  pid: z.number().nullable(),
  table: z.string(),
  isGranted: z.boolean(),
  user: z.string().nullable(),
  application: z.string().nullable(),
  state: z.string().nullable(),
  transactionSeconds: Numeric.nullable(),
  query: z.string().nullable(),
});
export type ExclusiveLock = z.infer<typeof Row>;

/** Locks that keep even readers out, held or waited for: whoever comes after a waiting one waits, too. */
export const exclusiveLocks = {
  sql: `
    select
      l.pid, format('%I.%I', n.nspname, c.relname) as table, l.granted as "isGranted", a.usename as user,
      a.application_name as application, a.state,
      extract(epoch from clock_timestamp() - a.xact_start) as "transactionSeconds", left(a.query, 200) as query
    from pg_locks l
    join pg_class c on c.oid = l.relation and c.relkind in ('r', 'p', 'm')
    join pg_namespace n on n.oid = c.relnamespace and n.nspname not in ('pg_catalog', 'pg_toast')
    left join pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
      and l.database = (select oid from pg_database where datname = current_database())
    order by a.xact_start nulls first, l.pid
    limit 50`,
  row: Row,
} satisfies Query<ExclusiveLock>;
