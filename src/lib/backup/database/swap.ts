/** A database put into the place of another, which is kept aside: two renames, while nobody is connected to either. */
import * as z from 'zod';
import type { Context } from '../../context.js';
import { quoteName } from '../../pg/identifier.js';
import type { MaintenanceSession, Query } from '../../pg/index.js';

export interface Swap {
  readonly target: string;
  /** What `target` is called afterwards. */
  readonly aside: string;
  /** What becomes `target`. */
  readonly replacement: string;
}

/**
 * Gives `replacement` the owner, rights and settings of `target`, and its name. Sessions of both are ended. Should the
 * second rename fail, the first is taken back. Errors: `VOPS-DB-…`.
 */
export async function swapDatabases(
  context: Pick<Context, 'signal'>,
  session: MaintenanceSession,
  { target, aside, replacement }: Swap,
): Promise<void> {
  const run = (sql: string, signal = context.signal) => session.execute({ sql, ...LIMITS, signal });
  for (const { statement } of await session.query(properties, [target, quoteName(replacement)])) await run(statement);
  const rename = (from: string, to: string) => `alter database ${quoteName(from)} rename to ${quoteName(to)}`;
  // From here on it is carried through: a signal between the renames would leave no database of this name.
  const carriedThrough = AbortSignal.timeout(LIMITS.timeoutMs * 4);
  await run(`alter database ${quoteName(target)} allow_connections false`, carriedThrough);
  try {
    for (const name of [target, replacement]) await session.query(endSessions, [name]);
    await run(rename(target, aside), carriedThrough);
    await run(rename(replacement, target), carriedThrough).catch(async (error: unknown) => {
      await run(rename(aside, target), carriedThrough);
      throw error;
    });
  } finally {
    const [left] = await session.query(exists, [aside]);
    await run(`alter database ${quoteName(left ? aside : target)} allow_connections true`, carriedThrough);
  }
}

const LIMITS = { timeoutMs: 30_000, lockTimeoutMs: 10_000 };

const endSessions: Query<unknown> = {
  sql: 'select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1',
  row: z.unknown(),
};

const exists: Query<unknown> = { sql: 'select 1 from pg_database where datname = $1', row: z.unknown() };

/**
 * What a dump without --create does not have: owner, rights, limit of connections, and settings, also those of roles in
 * this database. Values of list settings are quoted already, as pg_dump knows (`variable_is_guc_list_quote`).
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
