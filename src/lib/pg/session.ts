/** Queries over a logged-in client: one at a time, each with a limit in the client as well. */
import { abortReason, OperatorError } from '../errors.js';
import { sendCancel } from './cancel.js';
import { connectionLost, queryError, queryTimeout } from './errors.js';
import type { Database, Query } from './index.js';
import { type DatabaseOptions, endpoint, type Link } from './link.js';

export interface Session extends Pick<Database, 'query'> {
  readonly close: () => Promise<void>;
}

/** How much longer than the server's own limit we wait: a frozen backend never answers. */
const CLIENT_GRACE_MS = 1_000;
/** Longest wait for a polite goodbye. */
const CLOSE_TIMEOUT_MS = 1_000;

export function startSession(link: Link, options: DatabaseOptions): Session {
  const guard = guardConnection(link, options);
  let last: Promise<unknown> = Promise.resolve();
  return {
    query: async <Row>(query: Query<Row>, values: readonly unknown[] = []) => {
      const answer = last.then(() => guard.run(() => link.client.query(query.sql, [...values])));
      last = answer.catch(() => undefined);
      return parseRows(query, (await answer).rows);
    },
    close: guard.close,
  };
}

interface Guard {
  /** Runs one query within the limits; what it throws is an `OperatorError`. */
  readonly run: <T>(work: () => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

/** Watches over the connection: once it is lost or given up, for whatever reason, that reason answers every query. */
function guardConnection(link: Link, { config, signal }: DatabaseOptions): Guard {
  const { address, server } = endpoint(config);
  const timeoutMs = config.queryTimeout + CLIENT_GRACE_MS;
  let lost: OperatorError | undefined;
  let cancelled: Promise<void> | undefined;

  const giveUp = (reason: OperatorError) => {
    lost ??= reason;
    const key = link.cancelKey();
    if (key) cancelled ??= sendCancel(server, key); // harmless when nothing runs
    link.socket.destroy();
  };
  const abort = () => giveUp(abortReason(signal));
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  link.client.on('error', (error) => {
    lost ??= connectionLost(address, error);
  });

  return {
    run: async (work) => {
      if (lost) throw lost;
      const timer = setTimeout(() => giveUp(queryTimeout(address, timeoutMs)), timeoutMs);
      try {
        return await work();
      } catch (error) {
        throw lost ?? queryError(error, address);
      } finally {
        clearTimeout(timer);
      }
    },
    close: async () => {
      signal.removeEventListener('abort', abort);
      if (lost) link.socket.destroy();
      else await sayGoodbye(link);
      await cancelled;
    },
  };
}

function parseRows<Row>(query: Query<Row>, rows: readonly unknown[]): Row[] {
  return rows.map((row) => {
    const parsed = query.row.safeParse(row);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const where = issue === undefined ? '' : `: column ${issue.path.join('.')}: ${issue.message}`;
    throw new OperatorError('VOPS-DB-QUERY', `the server answered with an unexpected row${where}`, {
      hint: 'is this PostgreSQL of a supported version? viktoria-ops doctor',
    });
  });
}

async function sayGoodbye({ client, socket }: Link): Promise<void> {
  const timer = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS);
  await client.end();
  clearTimeout(timer);
}
