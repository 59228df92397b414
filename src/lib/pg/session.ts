/** Queries over a logged-in client: one at a time, each with a limit in the client as well. */
import { OperatorError } from '../errors.js';
import { executeStatement } from './execute.js';
import { guardConnection } from './guard.js';
import type { Database, MaintenanceSession, Query } from './index.js';
import type { DatabaseOptions, Link } from './link.js';

export interface Session extends Pick<Database, 'query'>, Pick<MaintenanceSession, 'execute' | 'ask'> {
  readonly close: () => Promise<void>;
}

/** How much longer than the server's own limit we wait: a frozen backend never answers. */
const CLIENT_GRACE_MS = 1_000;

export function startSession(link: Link, options: DatabaseOptions): Session {
  const guard = guardConnection(link, options);
  const limitMs = options.config.queryTimeout + CLIENT_GRACE_MS;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const answer = last.then(work);
    last = answer.catch(() => undefined);
    return answer;
  };
  return {
    query: async <Row>(query: Query<Row>, values: readonly unknown[] = []) => {
      const wanted = { text: query.sql, values: [...values], ...(query.isForeign && SINGLE_STATEMENT) };
      const { rows } = await inTurn(() => guard.run(() => link.client.query(wanted), limitMs));
      return parseRows(query, rows);
    },
    execute: async (statement) => (await inTurn(() => executeStatement({ link, guard, limitMs }, statement))).notices,
    ask: async ({ sql, row }, limits) => {
      const { rows } = await inTurn(() => executeStatement({ link, guard, limitMs }, { sql, ...limits }));
      return parseRows({ sql, row }, rows);
    },
    close: guard.close,
  };
}

/** The extended protocol prepares one statement, and only one; node-postgres takes it unasked only where there are values. */
const SINGLE_STATEMENT = { queryMode: 'extended' } as const;

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
