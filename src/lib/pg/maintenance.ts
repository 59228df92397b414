/** The one session that may change the operator's database: past any pooler, and given time to clear up after itself. */
import * as z from 'zod';
import { OperatorError } from '../errors.js';
import { openInTime } from './connect.js';
import type { MaintenanceSession, Query } from './index.js';
import { type DatabaseOptions, endpoint } from './link.js';
import { serverBackend } from './queries/server-backend.js';
import { type Session, startSession } from './session.js';

/** How long after an abort the session is kept for clearing up; a little less than the run itself is given. */
const CLEAR_UP_MS = 7_000;

/**
 * Borrows a maintenance session for the callback. An aborted `signal` cancels the statement that runs, and leaves the
 * connection open for a few seconds.
 * @throws OperatorError VOPS-DB-POOLED behind a pooler, where a session is not ours alone; `VOPS-DB-…` for the rest.
 */
export async function withMaintenanceSession<T>(
  options: Omit<DatabaseOptions, 'writable'>,
  use: (session: MaintenanceSession) => Promise<T>,
): Promise<T> {
  const writable = { ...options, writable: true };
  const link = await openInTime(writable);
  const late = abortLater(options.signal, CLEAR_UP_MS);
  const session = startSession(link, { ...writable, signal: late.signal });
  try {
    const { version, pid } = await identify(session, endpoint(options.config).address);
    if (pid !== link.cancelKey()?.processID) throw pooled(endpoint(options.config).address);
    await session.query(OWN_LIMITS);
    return await use({ query: session.query, execute: session.execute, ask: session.ask, version, pid });
  } finally {
    await session.close();
    late.release();
  }
}

/**
 * Where the server has them (14, 14 and 17): after a `kill -9` of this process the work on the server ends, too; and what
 * limits the transactions and sessions of an application, which would end the connection, is not for maintenance.
 */
const OWN_LIMITS: Query<unknown> = {
  sql: `
    select set_config(name, value, false)
    from (values ('client_connection_check_interval', '2s'), ('idle_session_timeout', '0'), ('transaction_timeout', '0'))
      as own (name, value)
    where current_setting(name, true) is not null`,
  row: z.unknown(),
};

async function identify(session: Session, address: string) {
  const [server] = await session.query(serverBackend);
  if (server === undefined) throw new OperatorError('VOPS-DB-QUERY', `no answer to the first query at ${address}`);
  return server;
}

/** A pooler hands out a cancel key of its own, whose process is none of the server's. */
const pooled = (address: string) =>
  new OperatorError('VOPS-DB-POOLED', `${address} is a pooler such as PgBouncer, not the server itself`, {
    hint: 'set database.directUrl to the server: locks and settings of a session do not hold behind a pooler',
  });

function abortLater(signal: AbortSignal, milliseconds: number) {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setTimeout(() => controller.abort(signal.reason), milliseconds);
  };
  signal.addEventListener('abort', begin, { once: true });
  if (signal.aborted) begin();
  const release = () => {
    signal.removeEventListener('abort', begin);
    clearTimeout(timer);
  };
  return { signal: controller.signal, release };
}
