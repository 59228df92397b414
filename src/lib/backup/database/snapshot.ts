/** One moment of the database, held open: what is dumped and what is counted are the same rows. */
import * as z from 'zod';
import type { ConnectionChoice, Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import { formatDuration } from '../../measures.js';
import { qualifiedName } from '../../pg/identifier.js';
import type { MaintenanceSession, Query, Statement } from '../../pg/index.js';
import { type DumpedTable, dumpedTables } from '../../pg/queries/dumped-tables.js';
import { exclusiveLocks } from '../../pg/queries/exclusive-locks.js';
import { CANONICAL } from './count.js';

export interface Snapshot {
  /** For `pg_dump --snapshot`, as long as the callback runs. */
  readonly id: string;
  readonly tables: readonly DumpedTable[];
}

const command = (sql: string): Query<unknown> => ({ sql, row: z.unknown() });
const exported: Query<{ id: string }> = {
  sql: 'select pg_export_snapshot() as id',
  row: z.object({ id: z.string() }),
};

/** It stands idle in its transaction for as long as the dump takes, and counts without taking its processors. */
const patient: Query<unknown> = {
  sql: `
    select set_config('idle_in_transaction_session_timeout', '0', false),
      set_config('max_parallel_workers_per_gather', '0', false)`,
  row: z.unknown(),
};

/**
 * Locks every table against being changed in kind, takes a snapshot, and keeps both for the callback. The locks come
 * first, and are those that pg_dump takes: a TRUNCATE between snapshot and dump would not be seen for what it is.
 * @throws OperatorError VOPS-DB-TIMEOUT naming who holds a table, VOPS-DB-QUERY where the role may not read one.
 */
export async function withSnapshot<T>(
  context: Pick<Context, 'config' | 'pg' | 'signal'>,
  { session, source }: { readonly session: MaintenanceSession; readonly source: ConnectionChoice },
  use: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  const { timeout, lockTimeout } = (await context.config()).backup;
  const limits = { timeoutMs: timeout, lockTimeoutMs: lockTimeout, signal: context.signal };
  const place = { pg: context.pg, session, source, limits };
  await session.query(CANONICAL);
  await session.query(patient);
  const known = await session.query(dumpedTables, [false]);
  await session.query(command('begin isolation level repeatable read read only'));
  try {
    await lockTables(place, known);
    const [snapshot] = await session.query(exported);
    const found = await session.query(dumpedTables, [false]);
    const isKnown = new Set(known.map(nameOf));
    const others = found.filter((table) => !isKnown.has(nameOf(table)));
    await lockTables(place, others);
    const tables = await session.query(dumpedTables, [true]);
    if (snapshot === undefined) throw new OperatorError('VOPS-DB-QUERY', 'the server gave no snapshot');
    return await use({ id: snapshot.id, tables });
  } finally {
    await session.query(command('rollback')).catch(() => []); // a lost connection has rolled back by itself
  }
}

const nameOf = ({ schema, name }: DumpedTable) => qualifiedName(schema, name);

interface Place extends Pick<Context, 'pg'> {
  readonly session: MaintenanceSession;
  readonly source: ConnectionChoice;
  readonly limits: Omit<Statement, 'sql'>;
}

async function lockTables(place: Place, tables: readonly DumpedTable[]): Promise<void> {
  if (tables.length === 0) return;
  const names = tables.map((table) => `only ${nameOf(table)}`).join(', ');
  try {
    await place.session.execute({ sql: `lock table ${names} in access share mode`, ...place.limits });
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== 'VOPS-DB-TIMEOUT') throw error;
    throw await nameBlocker(place, error);
  }
}

/** Who keeps even readers out, asked while it still does. */
async function nameBlocker({ pg, source }: Place, error: OperatorError): Promise<OperatorError> {
  const [holder] = (await pg((database) => database.query(exclusiveLocks), source)).filter(
    ({ isGranted }) => isGranted,
  );
  if (holder === undefined) return error;
  const who =
    holder.pid === null ? 'a prepared transaction' : `session ${holder.pid} (${holder.application || holder.user})`;
  const since =
    holder.transactionSeconds === null ? '' : `, since ${formatDuration(holder.transactionSeconds * 1_000)}`;
  return new OperatorError('VOPS-DB-TIMEOUT', `${who} holds a lock on ${holder.table}${since}: it cannot be dumped`, {
    hint:
      holder.pid === null
        ? 'see pg_prepared_xacts, and end it with: rollback prepared …'
        : `wait for it to end; viktoria-ops db locks; if it is dead: select pg_terminate_backend(${holder.pid})`,
    cause: error,
  });
}
