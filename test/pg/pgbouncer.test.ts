import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql, testServer, useDatabase } from '../support/database.js';
import { type Bouncer, startPgBouncer } from '../support/pgbouncer.js';
import { runJson, temporaryDirectory } from '../support/run.js';

const { name: database } = useDatabase('create table t (i int); insert into t select generate_series(1, 1000)');
const env = (port: number, more: Record<string, string> = {}) => ({
  PGHOST: testServer.host,
  PGPORT: String(port),
  PGUSER: testServer.user,
  PGDATABASE: database,
  XDG_STATE_HOME: temporaryDirectory(),
  ...more,
});

describe('behind PgBouncer', () => {
  let strict: Bouncer;
  let lenient: Bouncer;
  beforeAll(async () => {
    [strict, lenient] = await Promise.all([
      startPgBouncer(),
      startPgBouncer('options,statement_timeout,lock_timeout,idle_in_transaction_session_timeout,extra_float_digits'),
    ]);
  });
  afterAll(() => Promise.all([strict.stop(), lenient.stop()]));

  test.each(['health', 'vacuum', 'indexes', 'reindex'])('db %s: refused, with the way past it', async (command) => {
    for (const { port } of [strict, lenient]) {
      const { code, document } = await runJson(['db', command], { env: env(port) });
      expect([2, 4]).toContain(code);
      expect(document.error.code).toMatch(/^VOPS-DB-(POOLED|UNREACHABLE)$/);
      expect(document.error.hint).toContain('database.directUrl');
    }
  });

  test('maintenance would not even take its lock there', async () => {
    const { withMaintenanceSession } = await import('../../src/lib/pg/maintenance.js');
    const { databaseOptions } = await import('../support/pg.js');
    const through = withMaintenanceSession(databaseOptions({ database, port: lenient.port }), async () => 'held');
    await expect(through).rejects.toMatchObject({ code: 'VOPS-DB-POOLED' });
  });

  test('database.directUrl leads past it: looking, maintaining, cancelling', async () => {
    const { writeFileSync } = await import('node:fs');
    const file = `${temporaryDirectory()}/config.json`;
    const directUrl = `postgres://${testServer.user}@${testServer.host}:${testServer.port}/${database}`;
    const maintenance = { objectTimeout: '300ms' };
    writeFileSync(file, JSON.stringify({ database: { directUrl, maintenance } }), { mode: 0o600 });
    const ops = (...argv: string[]) => runJson([...argv, '--config', file], { env: env(strict.port) });
    expect((await ops('db', 'health')).code).toBe(0);
    expect((await ops('db', 'vacuum', '--table', 't')).code).toBe(0);
    await sql(database, 'create index on t (i)');
    const holder = sql(database, 'begin isolation level repeatable read; select 1; select pg_sleep(1)');
    const cancelled = await ops('db', 'reindex', '--table', 't');
    await holder;
    expect(cancelled).toMatchObject({ code: 1, document: { result: { objects: [{ outcome: 'failed' }] } } });
    expect(await sql(database, 'select 1 from pg_index where not indisvalid')).toEqual([]);
  });
});
