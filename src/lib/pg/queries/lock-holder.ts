import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  pid: z.number(),
  application: z.string().nullable(),
  client: z.string().nullable(),
  seconds: Numeric,
});

/** The session that holds the advisory lock of the keys $1 and $2 in this database. `objsubid` 2: a pair of keys. */
export const lockHolder = {
  sql: `
    select
      pid, a.application_name as application, coalesce(a.client_hostname, host(a.client_addr)) as client,
      coalesce(extract(epoch from clock_timestamp() - a.backend_start), 0) as seconds
    from pg_locks l
    left join pg_stat_activity a using (pid)
    where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and l.classid = $1::int and l.objid = $2::int
      and l.database = (select oid from pg_database where datname = current_database())
    limit 1`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
