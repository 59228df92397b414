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

export function startSession(link: Link, { settings, signal }: DatabaseOptions): Session {
  const { address, server } = endpoint(settings);
  const timeoutMs = settings.queryTimeout + CLIENT_GRACE_MS;
  let lost: OperatorError | undefined;
  let isRunning = false;
  let cancelled: Promise<void> = Promise.resolve();
  let last: Promise<unknown> = Promise.resolve();

  const abandon = (reason: OperatorError) => {
    lost ??= reason;
    const key = link.cancelKey();
    if (isRunning && key) cancelled = sendCancel(server, key);
    link.socket.destroy();
  };
  const abort = () => abandon(abortReason(signal));
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  link.client.on('error', (error) => {
    lost ??= connectionLost(address, error);
  });

  const ask = async <Row>(query: Query<Row>, values: readonly unknown[]): Promise<Row[]> => {
    if (lost) throw lost;
    isRunning = true;
    const timer = setTimeout(() => abandon(queryTimeout(address, timeoutMs)), timeoutMs);
    try {
      const { rows } = await link.client.query(query.sql, [...values]);
      return parseRows(query, rows);
    } catch (error) {
      throw lost ?? (error instanceof OperatorError ? error : queryError(error, address));
    } finally {
      isRunning = false;
      clearTimeout(timer);
    }
  };

  return {
    query: (query, values = []) => {
      const answer = last.then(() => ask(query, values));
      last = answer.catch(() => undefined);
      return answer;
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
