import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  who: z.string(),
  seconds: Numeric,
  /** What ends it. */
  release: z.string(),
});
export type OldTransaction = z.infer<typeof Row>;

/**
 * What REINDEX CONCURRENTLY would wait for: sessions of this database whose transaction with a snapshot or an id is
 * older than $2 seconds, read-only ones too, and prepared transactions with a lock on the table $1. VACUUM is not waited
 * for. The locks of a prepared transaction have no session, and the virtual id that holds its transaction id.
 */
export const oldTransactions = {
  sql: `
    select
      concat('session ', pid, ' (', coalesce(nullif(application_name, ''), 'no application name'), ', role ', usename,
        ', ', coalesce(state, 'state hidden'), ')') as who,
      extract(epoch from clock_timestamp() - xact_start) as seconds,
      format('select pg_terminate_backend(%s)', pid) as release
    from pg_stat_activity a
    where datname = current_database() and pid <> pg_backend_pid()
      and (backend_xmin is not null or backend_xid is not null)
      and xact_start < clock_timestamp() - make_interval(secs => $2)
      and not exists (select from pg_stat_progress_vacuum v where v.pid = a.pid)
    union all
    select
      format('the prepared transaction %L of %s', gid, owner), extract(epoch from clock_timestamp() - prepared),
      format('COMMIT PREPARED %L, or ROLLBACK PREPARED %L', gid, gid)
    from pg_prepared_xacts p
    where database = current_database() and exists (
      select from pg_locks own
      join pg_locks held on held.virtualtransaction = own.virtualtransaction and held.pid is null
      where own.locktype = 'transactionid' and own.transactionid = p.transaction and own.pid is null
        and held.relation = $1)
    order by seconds desc`,
  row: Row,
} satisfies Query<OldTransaction>;
