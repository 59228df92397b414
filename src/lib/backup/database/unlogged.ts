/** Rows that nobody will need after a crash of the server are not worth a line in its write-ahead log. */
import type { ConnectionChoice, Context } from '../../context.js';
import { OperatorError } from '../../errors.js';

/** Of empty tables: a few files each. */
const LIMITS = { timeoutMs: 120_000, lockTimeoutMs: 30_000 };

/**
 * Makes every table of a database unlogged, before its rows are loaded: that spares the server the writing, and its
 * archive and standbys the reading. All of them or none, since a table that is logged may not refer to one that is not;
 * the parent of partitions always is. Where it cannot be done, for want of locks or of rights, the tables stay as they
 * are: slower, and just as right.
 */
export async function withoutWriteAheadLog(
  { maintenance, signal }: Pick<Context, 'maintenance' | 'signal'>,
  target: ConnectionChoice,
): Promise<void> {
  try {
    await maintenance((session) => session.execute({ sql: SET_UNLOGGED, ...LIMITS, signal }), target);
  } catch (error) {
    if (signal.aborted || !(error instanceof OperatorError)) throw error;
  }
}

const SET_UNLOGGED = `
  do $$
  declare
    statement text;
  begin
    if exists (select from pg_class where relkind = 'p') then
      return;
    end if;
    for statement in
      select format('alter table %s set unlogged', c.oid::regclass)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and c.relpersistence = 'p'
        and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
        and not exists (
          select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    loop
      execute statement;
    end loop;
  end $$`;
