/** The application's database as Strapi holds it: its pool, whether it answers, and where it is. */
import { type HealthCheck, oneQuestionAtATime, type PoolStatus } from '../monitor/index.js';
import type { KnexLike, StrapiLike } from './shapes.js';

/** Connections of the pool; undefined when it is not the pool we know (tarn). */
export function poolStatus({ client }: KnexLike): PoolStatus | undefined {
  const { numUsed, numFree, numPendingAcquires, max } = client?.pool ?? {};
  if (!numUsed || !numFree || !numPendingAcquires || max === undefined) return undefined;
  const pool = client?.pool;
  return {
    active: numUsed.call(pool),
    idle: numFree.call(pool),
    waiting: numPendingAcquires.call(pool),
    max,
  };
}

/** Of a question to the database. */
const GIVEN_UP_AFTER_MS = 10_000;

/**
 * Whether the application gets an answer through its own pool. One question at a time: with the database down each would
 * wait for a connection for a minute, and a scraper would fill the queue that users wait in.
 */
export function databaseCheck(connection: KnexLike): HealthCheck {
  const ask = oneQuestionAtATime(GIVEN_UP_AFTER_MS, () => connection.raw('select 1'));
  return {
    name: 'database',
    check: async () => {
      await ask();
      const { waiting = 0, max } = poolStatus(connection) ?? {};
      return waiting > 0
        ? { status: 'warning', message: `${waiting} wait for one of ${max} connections of the pool` }
        : { status: 'healthy', message: 'answers' };
    },
  };
}

/** Where the application's PostgreSQL is; undefined when it uses another database. */
export function connectionSettings({ config }: StrapiLike): Readonly<Record<string, unknown>> | undefined {
  const client = config.get('database.connection.client');
  if (client !== 'postgres' && client !== 'pg') return undefined;
  const settings = config.get('database.connection.connection');
  if (typeof settings === 'string') return { connectionString: settings };
  return typeof settings === 'object' && settings !== null ? { ...settings } : undefined;
}
