/** A database put into the place of another, which is kept aside: two renames in one transaction. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { ConnectionChoice, Context } from '../../context.js';
import { quoteLiteral, quoteName } from '../../pg/identifier.js';
import type { MaintenanceSession, Query } from '../../pg/index.js';

export interface Swap {
  /** Connects to neither of them. */
  readonly server: ConnectionChoice;
  readonly target: string;
  /** What `target` is called afterwards. */
  readonly aside: string;
  /** What becomes `target`. */
  readonly replacement: string;
}

/**
 * Gives `replacement` the owner, rights, settings and comment of `target`, and its name. Sessions of both are ended. However it
 * ends, also by a kill, there is a database of that name that takes connections. Errors: `VOPS-DB-…`.
 */
export async function swapDatabases(
  context: Pick<Context, 'pg' | 'signal'>,
  session: MaintenanceSession,
  { server, target, aside, replacement }: Swap,
): Promise<void> {
  const run = (sql: string, signal = context.signal) => session.execute({ sql, ...LIMITS, signal });
  for (const { statement } of await session.query(properties, [target, quoteName(replacement)])) await run(statement);
  const rename = (from: string, to: string) => `alter database ${quoteName(from)} rename to ${quoteName(to)}`;
  const both = [rename(target, aside), rename(replacement, target)].map((sql) => `execute ${quoteLiteral(sql)};`);
  // From here on it is carried through: a session that was ended for it should find the new one.
  const carriedThrough = AbortSignal.timeout(LIMITS.timeoutMs * 4);
  for (const name of [target, replacement]) await session.query(endSessions, [name]);
  const swapped = run(`do ${quoteLiteral(`begin ${both.join(' ')} end`)}`, carriedThrough);
  await Promise.all([swapped, keepEnding(context, { server, target }, swapped)]);
}

const LIMITS = { timeoutMs: 30_000, lockTimeoutMs: 10_000 };

/** Who is back before the rename has begun would hold it up; who comes later has to wait until it is done. */
async function keepEnding(
  { pg }: Pick<Context, 'pg'>,
  { server, target }: Pick<Swap, 'server' | 'target'>,
  work: Promise<unknown>,
): Promise<void> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  work.then(over, over);
  const end = pg(async (database) => {
    for (; !isOver; await sleep(POLL_MS)) await database.query(endSessions, [target]);
  }, server);
  await end.catch(() => {}); // the rename itself tells whether somebody held it up
}

const POLL_MS = 50;

const endSessions: Query<unknown> = {
  sql: 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1',
  row: z.unknown(),
};

/**
 * What a dump without --create does not have: owner, rights, limit of connections, comment, and settings, also those of
 * roles in this database. Values of list settings are quoted already, as pg_dump knows (`variable_is_guc_list_quote`).
 */
const properties: Query<{ statement: string }> = {
  sql: `
    with target as (select * from pg_database where datname = $1),
    setting as (
      select s.setrole, split_part(c, '=', 1) as name, substr(c, strpos(c, '=') + 1) as value
      from pg_db_role_setting s join target on target.oid = s.setdatabase, unnest(s.setconfig) c
    )
    select format('alter database %s owner to %I', $2::text, pg_get_userbyid(datdba)) as statement from target
    union all
    select format('alter database %s connection limit %s', $2::text, datconnlimit) from target
    union all
    select format('comment on database %s is %L', $2::text, shobj_description(oid, 'pg_database')) from target
    union all
    select format('revoke all on database %s from public', $2::text) from target where datacl is not null
    union all
    select format('grant %s on database %s to %s%s', a.privilege_type, $2::text,
      case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
      case when a.is_grantable then ' with grant option' else '' end)
    from target, aclexplode(datacl) a where a.grantee <> datdba
    union all
    select format('alter %s set %I to %s',
      case when setrole = 0 then format('database %s', $2::text)
        else format('role %I in database %s', pg_get_userbyid(setrole), $2::text) end,
      name,
      case when name in ('local_preload_libraries', 'search_path', 'session_preload_libraries', 'shared_preload_libraries',
        'temp_tablespaces', 'unix_socket_directories') then value else quote_literal(value) end)
    from setting`,
  row: z.object({ statement: z.string() }),
};
