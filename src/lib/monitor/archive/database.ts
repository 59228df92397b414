/** The monitor's own few connections, apart from the application's: a hook's transaction never holds what we write. */
import type pg from 'pg';

/** Settings as node-postgres and knex take them; others are ignored. */
export type ConnectionSettings = Readonly<Record<string, unknown>>;

/** Runs one statement and returns its rows. The row's shape is the statement's own promise. */
export type Query = <Row>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

export interface Database {
  /** Runs the work in one short transaction, bounded in time here and on the server. */
  readonly transaction: <T>(work: (query: Query) => Promise<T>) => Promise<T>;
  readonly end: () => Promise<void>;
}

const CONNECTIONS = 3;
const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 5_000;
/** For the case that the server does not even say that it gave up. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 1_000;
const IDLE_MS = 30_000;

/**
 * SET LOCAL and not startup parameters, which PgBouncer refuses. Figures of monitoring may be lost with the last moment
 * before a crash; waiting for the disk at every flush would cost the application more.
 */
const BOUNDS = `set local statement_timeout = ${STATEMENT_TIMEOUT_MS}; set local lock_timeout = 2000;
  set local idle_in_transaction_session_timeout = 10000; set local synchronous_commit = off`;

const TAKEN = ['connectionString', 'host', 'port', 'database', 'user', 'password', 'ssl'] as const;

/** Connects on first use, and never again once it was ended. */
export function openDatabase(settings: ConnectionSettings): Database {
  let opened: Promise<pg.Pool> | undefined;
  let isEnded = false;
  const open = () => {
    // What was begun before the end and is late must not connect anew: nobody would end that.
    if (isEnded) throw new Error('the connections to the archive are closed');
    opened ??= createPool(settings);
    return opened;
  };
  return {
    async transaction(work) {
      const client = await (await open()).connect();
      const query: Query = async (text, values) => (await client.query(text, values && [...values])).rows;
      try {
        await client.query(`begin; ${BOUNDS}`);
        const result = await work(query);
        await client.query('commit');
        client.release();
        return result;
      } catch (error) {
        // Closing rolls back, and a connection after a failure is not worth keeping.
        client.release(true);
        throw error;
      }
    },
    async end() {
      if (isEnded) return;
      isEnded = true;
      await (await opened)?.end();
    },
  };
}

async function createPool(settings: ConnectionSettings): Promise<pg.Pool> {
  const { default: postgres } = await import('pg');
  const given = Object.fromEntries(
    TAKEN.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]])),
  );
  const pool = new postgres.Pool({
    ...given,
    application_name: 'viktoria-ops monitor',
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_MS,
    allowExitOnIdle: true,
  });
  // A server that goes away tells idle connections too; without listeners Node would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
