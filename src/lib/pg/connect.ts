/** Opens a connection to PostgreSQL, the only place that does: bounded in time, read-only unless asked otherwise. */
import { abortReason, OperatorError } from '../errors.js';
import { connectError, connectTimeout } from './errors.js';
import type { Database } from './index.js';
import { type DatabaseOptions, endpoint, type Link, openLink } from './link.js';
import { serverIdentity } from './queries/server-identity.js';
import { type Session, startSession } from './session.js';

export type { DatabaseOptions } from './link.js';

export interface Connection extends Database {
  /** Ends the session and waits, briefly, until it is gone. */
  readonly close: () => Promise<void>;
}

/** Borrows a connection for the callback. Errors: `VOPS-DB-…`, and the reason of an aborted `signal`. */
export async function withDatabase<T>(options: DatabaseOptions, use: (database: Database) => Promise<T>): Promise<T> {
  const connection = await connectDatabase(options);
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

/**
 * Connects within `config.connectTimeout`, also when the host is a black hole or the server accepts and never speaks.
 * From then on an aborted `signal` cancels what runs and closes the connection.
 */
export async function connectDatabase(options: DatabaseOptions): Promise<Connection> {
  const session = startSession(await openInTime(options), options);
  try {
    const version = await checkServer(session, options);
    return { query: session.query, close: session.close, version };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Logs in within `config.connectTimeout`. */
export async function openInTime(options: DatabaseOptions): Promise<Link> {
  const { config, signal } = options;
  const deadline = AbortSignal.timeout(config.connectTimeout);
  try {
    return await openLink(options, AbortSignal.any([signal, deadline]));
  } catch (error) {
    if (signal.aborted) throw abortReason(signal);
    const { address } = endpoint(config);
    throw deadline.aborted ? connectTimeout(address, config.connectTimeout) : connectError(error, address);
  }
}

/** A pooler can drop the settings we start with; a session that only looks must not be able to write. */
async function checkServer(session: Session, options: DatabaseOptions): Promise<number> {
  const [server] = await session.query(serverIdentity);
  const { address } = endpoint(options.config);
  if (server === undefined) throw new OperatorError('VOPS-DB-QUERY', `no answer to the first query at ${address}`);
  if (!server.readOnly && options.writable !== true) {
    throw new OperatorError('VOPS-DB-UNREACHABLE', `${address} does not keep a session read-only`, {
      hint: 'a pooler such as PgBouncer in between? Set database.directUrl to the server itself',
    });
  }
  return server.version;
}
