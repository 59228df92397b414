import { type PostgresServer, startPostgres } from '../../src/lib/demo/postgres.js';

/** A server of the version under test: the machine's, or the one the matrix names. */
export const startTestPostgres = (settings: Readonly<Record<string, string>>): Promise<PostgresServer> =>
  startPostgres({ settings, programs: process.env.TEST_PG_PROGRAMS });
