import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  /** A sentence's subject: what holds back VACUUM. */
  who: z.string(),
  /** Transactions begun since. */
  xidAge: Numeric,
  seconds: Numeric.nullable(),
  /** What lets go of it. */
  release: z.string(),
});
export type HorizonHolder = z.infer<typeof Row>;

/**
 * What keeps VACUUM from removing dead rows and freezing old ones, the oldest first: transactions of this database,
 * prepared ones, replication slots, and standbys that report their queries. Source: the PostgreSQL documentation,
 * "Routine Vacuuming". Autovacuum itself holds nothing back.
 */
export const horizonHolders = {
  sql: `
    select * from (
      select
        concat('session ', pid, ' (', coalesce(nullif(application_name, ''), 'no application name'), ', role ', usename,
          ', ', state, ')') as who,
        greatest(age(backend_xmin), age(backend_xid)) as "xidAge",
        extract(epoch from clock_timestamp() - xact_start) as seconds,
        format('select pg_terminate_backend(%s)', pid) as release
      from pg_stat_activity a
      where (backend_xmin is not null or backend_xid is not null) and pid <> pg_backend_pid()
        and backend_type = 'client backend' and datname = current_database()
        and not exists (select from pg_stat_progress_vacuum v where v.pid = a.pid)
      union all
      select format('the prepared transaction %L of %s', gid, owner), age(transaction),
        extract(epoch from clock_timestamp() - prepared), format('COMMIT PREPARED %L, or ROLLBACK PREPARED %L', gid, gid)
      from pg_prepared_xacts
      where database = current_database()
      union all
      select format('the replication slot %L (%s)', slot_name, case when active then 'in use' else 'not in use' end),
        greatest(age(xmin), age(catalog_xmin)), null, format('select pg_drop_replication_slot(%L)', slot_name)
      from pg_replication_slots
      where xmin is not null or catalog_xmin is not null
      union all
      select format('the standby %L, which reports its queries', application_name), age(backend_xmin), null,
        'end the long query on the standby, or set hot_standby_feedback = off there'
      from pg_stat_replication
      where backend_xmin is not null
    ) as holder
    order by "xidAge" desc
    limit 5`,
  row: Row,
} satisfies Query<HorizonHolder>;
