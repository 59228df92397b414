import pg from 'pg';
import type { PostgresServer } from '../../src/lib/demo/postgres.js';
import { startTestPostgres } from './postgres.js';

declare global {
  var postgresOfThisRun: PostgresServer | undefined;
}

/** One PostgreSQL for the whole run; workers find it in the environment. Autovacuum is on, and does nothing for a day. */
export default async function setup(): Promise<void> {
  const server = await startTestPostgres({
    shared_preload_libraries: 'pg_stat_statements',
    autovacuum_naptime: '1d',
    max_prepared_transactions: '5',
  });
  globalThis.postgresOfThisRun = server;
  process.env.TEST_PGPORT = String(server.port);
  process.env.TEST_PGVERSION = await versionOf(server);
}

async function versionOf({ host, port, user }: PostgresServer): Promise<string> {
  const client = new pg.Client({ host, port, user, database: 'postgres' });
  await client.connect();
  const { rows } = await client.query('show server_version_num');
  await client.end();
  return rows[0].server_version_num;
}
