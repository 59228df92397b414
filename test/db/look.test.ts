import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import * as z from 'zod';
import { readIndexes, readTables } from '../../src/lib/db/catalogue.js';
import { Locks } from '../../src/lib/db/locks.js';
import { DatabaseStats } from '../../src/lib/db/stats.js';
import type { PostgresServer } from '../../src/lib/demo/postgres.js';
import { sql, testServer, untilCounted, useDatabase } from '../support/database.js';
import { pgOf } from '../support/pg.js';
import { startTestPostgres } from '../support/postgres.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

const { name: database } = useDatabase(`
  create table small (i int primary key); insert into small values (1);
  create table large (i int primary key, t text); insert into large select i, repeat('x', 100) from generate_series(1, 5000) i;
  create materialized view seen as select count(*) from large;`);
const env = { PGHOST: testServer.host, PGPORT: String(testServer.port), PGUSER: 'postgres', PGDATABASE: database };

/** Sessions of their own, ended when the callback is done. */
async function withSessions<T>(count: number, use: (sessions: pg.Client[]) => Promise<T>): Promise<T> {
  const sessions = Array.from({ length: count }, () => new pg.Client({ ...testServer, database }));
  for (const session of sessions) session.on('error', () => {});
  await Promise.all(sessions.map((session) => session.connect()));
  try {
    return await use(sessions);
  } finally {
    await Promise.all(sessions.map((session) => session.end()));
  }
}

async function untilWaiting(count: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = '${database}'`;
    if ((await sql('postgres', waiting)).length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('nobody waits');
}

describe('db locks', () => {
  test('nobody waits', async () => {
    expect(await run(['db', 'locks'], { env })).toMatchObject({ code: 0, stdout: 'OK  db locks: nobody waits\n' });
  });

  test('a queue shows as a tree, the one to blame on top', async () => {
    await withSessions(3, async ([holder, first, second]) => {
      await holder?.query('begin; update small set i = 1');
      const update = first?.query('update small set i = 1');
      await untilWaiting(1);
      const lock = second?.query('begin; lock table small');
      await untilWaiting(2);
      const { stdout } = await run(['db', 'locks'], { env });
      expect(stdout).toMatch(
        /^OK {2}db locks: 2 sessions wait for others\n\d+\tpostgres\t\tidle in transaction\t–\tbegin/,
      );
      expect(stdout).toMatch(/\n {2}\d+\t.*update small/);
      expect(stdout).toMatch(/\n {4}\d+\t.*begin; lock table small/);
      expect(stdout).toMatch(/\npublic.small\twanted\t\d+\t/);
      await holder?.query('rollback');
      await update;
      await lock;
    });
  });

  test('a lock that keeps readers out, and a transaction that nobody ends', async () => {
    await sql(database, `begin; lock table large; prepare transaction 'left'`);
    try {
      const { document } = await runJson(['db', 'locks'], { env });
      expect(Locks.parse(document.result)).toEqual(document.result);
      expect(document.result).toMatchObject({
        exclusive: [{ pid: null, table: 'public.large', isGranted: true }],
        prepared: [{ gid: 'left', owner: 'postgres', release: `COMMIT PREPARED 'left', or ROLLBACK PREPARED 'left'` }],
      });
      // Looking at the tables waits for nobody, either.
      expect((await run(['db', 'stats'], { env })).code).toBe(0);
    } finally {
      await sql(database, `rollback prepared 'left'`);
    }
  });
});

describe('db locks, in a crowd', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startTestPostgres({}); // the connections of the other one are for all tests
  }, 30_000);
  afterAll(() => server.stop());

  test('who is to blame is named however many wait', async () => {
    const file = join(temporaryDirectory(), 'config.json');
    writeFileSync(file, JSON.stringify({ database: { thresholds: { blocked: '0ms' } } }), { mode: 0o600 });
    const there = { PGPORT: String(server.port), PGDATABASE: 'postgres' };
    const crowd = Array.from({ length: 52 }, () => new pg.Client({ ...testServer, port: server.port }));
    await Promise.all(crowd.map((session) => session.connect()));
    const [holder, ...waiters] = crowd;
    await holder?.query('create table t (i int)');
    await holder?.query('begin; lock table t');
    const { rows } = (await holder?.query('select pg_backend_pid() as pid')) ?? { rows: [] };
    const waiting = waiters.map((session) => session.query('select 1 from t'));
    for (let waits = 0; waits < waiters.length; ) {
      const found = await holder?.query(`select count(*)::int as waits from pg_locks where not granted`);
      waits = found?.rows[0].waits;
    }
    const { document } = await runJson(['db', 'locks', '--config', file], { env: { ...env, ...there } });
    expect(document.findings).toEqual([
      expect.objectContaining({ code: 'VOPS-DB-BLOCKED', hint: expect.stringContaining(`(${rows[0].pid})`) }),
    ]);
    await holder?.query('rollback');
    await Promise.all(waiting);
    await Promise.all(crowd.map((session) => session.end()));
  });
});

test('a table that is dropped while it is looked at is left out', async () => {
  await sql(database, 'create table brief (id serial primary key, note text)');
  await pgOf({ database })(async (connection) => {
    // The catalogue as it was, and the sizes of now: as when the drop comes in the midst of a query.
    const say = (statement: string) => connection.query({ sql: statement, row: z.unknown() });
    await say('begin isolation level repeatable read');
    await say('select 1');
    await sql(database, 'drop table brief');
    const indexes = (await readIndexes(connection)).indexes.filter(({ isToast }) => !isToast);
    const named = [...(await readTables(connection)).tables, ...indexes];
    expect(named.map(({ name }) => name)).toEqual(['large', 'seen', 'small', 'large_pkey', 'small_pkey']);
    await say('rollback');
  });
});

describe('db stats', () => {
  test('every table once, views too, with what is known of it', async () => {
    await sql(database, 'select count(*) from large; update small set i = 1; delete from large where i % 2 = 0');
    await untilCounted();
    await sql(database, 'analyze');
    await untilCounted();
    const { code, document } = await runJson(['db', 'stats'], { env });
    expect(code).toBe(0);
    expect(DatabaseStats.parse(document.result)).toEqual(document.result);
    const tables: DatabaseStats['tables'] = document.result.tables;
    expect(tables.map(({ table }) => table)).toEqual(['public.large', 'public.small', 'public.seen']);
    expect(tables[0]).toMatchObject({
      liveTuples: 2_500,
      deadTuples: 2_500,
      bloat: { method: 'estimated' },
      deleted: 2_500,
    });
    expect(tables[0]?.bloat?.share).toBeGreaterThan(0.4);
    expect(tables[1]).toMatchObject({ updated: expect.any(Number), hotShare: expect.any(Number) });
    expect(document.result).toMatchObject({ database, tableCount: 3, checkpoints: { timed: expect.any(Number) } });
  });

  test.each(['size', 'dead', 'scans', 'bloat'])('--sort %s --limit 1', async (sort) => {
    const { code, document } = await runJson(['db', 'stats', '--sort', sort, '--limit', '1'], { env });
    expect(code).toBe(0);
    expect(document.result.tables.map(({ table }: { table: string }) => table)).toEqual(['public.large']);
  });
});
