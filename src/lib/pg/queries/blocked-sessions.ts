import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  pid: z.number(),
  blockedBy: z.array(z.number()),
  waitSeconds: Numeric.nullable(),
  user: z.string().nullable(),
  application: z.string().nullable(),
  state: z.string().nullable(),
  query: z.string().nullable(),
});

/**
 * Who waits for whom in this database: first those that block and wait for nobody, the ones to blame, whom no limit may
 * cut off; then the waiting sessions, longest wait first.
 * `pg_blocking_pids` is the lock manager's own view, queue order included; it briefly locks that table, hence asked only
 * for sessions that wait. A prepared transaction blocks as pid 0, and has no session. `waitstart` exists since 14.
 */
export const blockedSessions = {
  sql: `
    with waiting as materialized (
      select
        pid,
        pg_blocking_pids(pid) as blockers,
        coalesce((to_jsonb(lock) ->> 'waitstart')::timestamptz, session.query_start) as since
      from pg_locks as lock
      join pg_stat_activity as session using (pid)
      where not lock.granted and session.datname = current_database()
    ),
    involved as (
      select pid from waiting where cardinality(blockers) > 0
      union
      select unnest(blockers) from waiting
    )
    select
      pid,
      coalesce(waiting.blockers, '{}') as "blockedBy",
      extract(epoch from clock_timestamp() - waiting.since) as "waitSeconds",
      session.usename as user,
      session.application_name as application,
      session.state,
      left(session.query, 200) as query
    from involved
    left join waiting using (pid)
    left join pg_stat_activity as session using (pid)
    order by waiting.since nulls first, pid
    limit 50`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
