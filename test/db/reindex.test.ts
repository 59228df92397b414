import type { EventEmitter } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { indexObstacle, standbyObstacle } from '../../src/lib/db/maintain/choose-indexes.js';
import { MaintenanceReport } from '../../src/lib/db/maintain/report.js';
import type { PostgresServer } from '../../src/lib/demo/postgres.js';
import type { IndexRow } from '../../src/lib/pg/queries/index-inventory.js';
import { start } from '../support/binary.js';
import { serverVersion, sql, testServer, useDatabase } from '../support/database.js';
import { startTestPostgres } from '../support/postgres.js';
import { type RunOptions, runJson, temporaryDirectory } from '../support/run.js';

const { name: database } = useDatabase(`
  create table matches (id serial primary key, token uuid default gen_random_uuid(), tags int[], day int);
  insert into matches (tags, day) select array[i % 50, i % 7], i from generate_series(1, 40000) i;
  create index matches_token on matches (token);
  create index matches_tags on matches using gin (tags);
  create table bare (note text);
  create table halls (id serial primary key, booked int4range, exclude using gist (booked with &&));`);

const directory = temporaryDirectory();
const file = join(directory, 'config.json');
const env = {
  PGHOST: testServer.host,
  PGPORT: String(testServer.port),
  PGUSER: 'postgres',
  PGDATABASE: database,
  XDG_STATE_HOME: directory,
};
const configure = (maintenance: Record<string, unknown>) =>
  writeFileSync(file, JSON.stringify({ database: { maintenance: { bloat: { size: '500KB' }, ...maintenance } } }), {
    mode: 0o600,
  });
const reindex = (argv: readonly string[] = [], options: RunOptions = {}) =>
  runJson(['db', 'reindex', '--config', file, ...argv], { ...options, env: { ...env, ...options.env } });
const outcomes = ({ document }: { document: { result: MaintenanceReport } }) =>
  document.result.objects.map(({ object, outcome }) => `${object} ${outcome}`);
const invalid = async () =>
  (await sql(database, 'select indexrelid::regclass::text as name from pg_index where not indisvalid')).map(
    ({ name }) => name,
  );

beforeAll(async () => {
  configure({});
  await sql(database, 'analyze');
});

/** A session with a snapshot, which every rebuild has to wait for. */
async function snapshot(): Promise<pg.Client> {
  const client = new pg.Client({ ...testServer, database, application_name: 'nightly report' });
  client.on('error', () => {});
  await client.connect();
  await client.query('begin isolation level repeatable read; select 1');
  return client;
}

/** Until the server rebuilds, and waits for a transaction. */
async function untilItWaits(): Promise<number> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const [found] = await sql(database, `select pid from pg_stat_progress_create_index where phase like 'waiting%'`);
    if (found) return Number(found.pid);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('nothing waits');
}

describe('need', () => {
  test('nothing is bloated: nothing to do', async () => {
    expect(await reindex()).toMatchObject({ code: 0, document: { status: 'ok', result: { objects: [] } } });
  });

  test('what is asked for is rebuilt; what cannot be is said', async () => {
    const done = await reindex(['--table', 'matches']);
    expect(done.code).toBe(0);
    expect(outcomes(done)).toEqual(
      ['matches_pkey', 'matches_tags', 'matches_token'].map((name) => `public.${name} done`),
    );
    expect(MaintenanceReport.parse(done.document.result)).toEqual(done.document.result);
    expect(outcomes(await reindex(['--table', 'halls']))).toEqual([
      'public.halls_booked_excl skipped',
      'public.halls_pkey done',
    ]);
    expect((await reindex(['--index', 'matches_tokn'])).document.error.hint).toBe('did you mean matches_token?');
  });

  test('a table without an index, and an index that is not valid, are there', async () => {
    expect(await reindex(['--table', 'bare'])).toMatchObject({
      code: 2,
      document: { error: { message: 'table bare has no valid index', hint: expect.stringContaining('db indexes') } },
    });
    await sql(database, 'insert into bare values (1), (1)');
    await expect(sql(database, 'create unique index concurrently broken on bare (note)')).rejects.toThrow();
    expect(await reindex(['--index', 'broken'])).toMatchObject({
      code: 2,
      document: { error: { message: 'index broken is not valid' } },
    });
    await sql(database, 'drop table bare');
    expect(await reindex(['--table', 'bare'])).toMatchObject({
      code: 2,
      document: { error: { message: 'there is no table bare in this database' } },
    });
  });

  test('--resume leaves out what an earlier run has rebuilt, until it is changed', async () => {
    await sql(database, 'reindex index matches_token');
    expect(outcomes(await reindex(['--table', 'matches', '--resume']))).toEqual([
      'public.matches_pkey skipped',
      'public.matches_tags skipped',
      'public.matches_token done',
    ]);
  });

  test('the bloated are rebuilt, a GIN index by its own past; after that nothing is left to do', async () => {
    await sql(database, 'delete from matches where id % 10 <> 0');
    await sql(database, 'vacuum analyze matches');
    const done = await reindex();
    expect(done.code).toBe(0);
    expect(outcomes(done).sort()).toEqual(['public.matches_pkey done', 'public.matches_token done']);
    expect(done.document.result.totals.freedBytes).toBeGreaterThan(1_000_000);
    expect((await reindex()).document.result.objects).toEqual([]);
  });

  test('statistics out of date make nothing bloated: ANALYZE comes before the decision', async () => {
    await sql(
      database,
      'create table stale (id int primary key, t int); alter table stale set (autovacuum_enabled = off)',
    );
    await sql(database, 'insert into stale select i, i from generate_series(1, 4000) i');
    await sql(database, 'vacuum analyze stale');
    await sql(database, 'create index stale_t on stale (t)');
    await sql(database, 'insert into stale select i, i from generate_series(4001, 40000) i');
    const { code, document } = await reindex();
    expect(code).toBe(0);
    expect(outcomes({ document })).toEqual(expect.arrayContaining(['public.stale_t skipped']));
    expect(document.result.objects[0].note).toContain('after ANALYZE');
  });

  test.each([
    ['14.3, which corrupts', { version: 140_003, freeBytes: 1e12 }, 'BUG #17485'],
    ['a disk too small', { version: 150_018, freeBytes: 1e8 }, 'only 100.0 MB are free'],
    ['free space not known', { version: 150_018, freeBytes: undefined }, 'free space of the server is not known'],
  ])('%s', (_, circumstances, note) => {
    const index = { sizeBytes: 1e9, mayReindex: true } as IndexRow;
    expect(indexObstacle(index, circumstances)).toMatchObject({
      outcome: 'blocked',
      note: expect.stringContaining(note),
    });
    expect(indexObstacle(index, { version: 140_004, freeBytes: 1e12 })).toBeUndefined();
  });

  test('a standby that is far behind is not driven further back', () => {
    expect(
      standbyObstacle(
        [
          { name: 'b', lagSeconds: null },
          { name: 'c', lagSeconds: 300 },
        ],
        300_000,
      ),
    ).toBeUndefined();
    expect(standbyObstacle([{ name: 'b', lagSeconds: 301 }], 300_000)).toMatchObject({
      outcome: 'blocked',
      note: 'standby b is 5 min 1 s behind',
    });
  });

  test('a disk too small is refused before anything is begun', async () => {
    const refused = await reindex(['--index', 'matches_pkey', '--assume-free', '1KB']);
    expect(refused.code).toBe(1);
    expect(outcomes(refused)).toEqual(['public.matches_pkey blocked']);
  });
});

describe('faults', () => {
  test('an old transaction is not waited for but named', async () => {
    configure({ oldTransaction: '0s' });
    const old = await snapshot();
    try {
      const blocked = await reindex(['--index', 'matches_token']);
      expect(blocked.code).toBe(1);
      expect(blocked.document.findings[0]).toMatchObject({
        message: expect.stringMatching(
          /it would wait for session \d+ \(nightly report, role postgres, idle in transaction\)/,
        ),
        hint: expect.stringMatching(/pg_terminate_backend\(\d+\)/),
      });
      expect(await invalid()).toEqual([]);
    } finally {
      await old.end();
    }
  });

  test('a prepared transaction on the table as well', async () => {
    await sql(database, `begin; delete from matches where id = 1; prepare transaction 'a ''gid'`);
    try {
      const blocked = await reindex(['--index', 'matches_token']);
      expect(blocked.document.findings[0]).toMatchObject({
        message: expect.stringContaining(`the prepared transaction 'a ''gid' of postgres`),
        hint: expect.stringContaining(`ROLLBACK PREPARED 'a ''gid'`),
      });
    } finally {
      await sql(database, `rollback prepared 'a ''gid'`);
      configure({});
    }
  });

  test('a signal ends it on the server, and nothing invalid is left', async () => {
    const old = await snapshot();
    let world: EventEmitter | undefined;
    const running = reindex(['--index', 'matches_token'], { onWorld: (given) => (world = given) });
    const pid = await untilItWaits();
    world?.emit('SIGTERM', 'SIGTERM');
    const ended = await running;
    await old.end();
    expect(ended.code).toBe(143);
    expect(outcomes(ended)).toEqual(['public.matches_token left']);
    expect(await invalid()).toEqual([]);
    expect(await sql(database, 'select 1 from pg_stat_activity where pid = $1', [pid])).toEqual([]);
  });

  test('over its time it is cancelled and cleared away, and the next index is done', async () => {
    configure({ objectTimeout: '1s' });
    const old = await snapshot();
    const running = reindex(['--table', 'matches']);
    await untilItWaits();
    setTimeout(() => void old.end(), 1_500);
    const ended = await running;
    configure({});
    expect(ended.code).toBe(3);
    expect(outcomes(ended)).toEqual([
      'public.matches_pkey failed',
      'public.matches_tags done',
      'public.matches_token done',
    ]);
    expect(await invalid()).toEqual([]);
  });

  test('the backend killed: told, and what it left is dropped by the next run', async () => {
    const old = await snapshot();
    const running = reindex(['--index', 'matches_token']);
    await sql('postgres', 'select pg_terminate_backend($1)', [await untilItWaits()]);
    const ended = await running;
    await old.end();
    expect(ended).toMatchObject({ code: 4, document: { error: { code: 'VOPS-DB-UNREACHABLE' } } });
    expect(await invalid()).toEqual(['matches_token_ccnew']);
    expect(ended.document.findings).toContainEqual({
      code: 'VOPS-DB-INDEX-INVALID',
      severity: 'warning',
      message: expect.stringContaining('public.matches_token_ccnew is left of an interrupted rebuild'),
      hint: expect.stringContaining('viktoria-ops db reindex drops it'),
    });
    const next = await reindex();
    expect(outcomes(next)).toEqual(['public.matches_token_ccnew done']);
    expect(await invalid()).toEqual([]);
  });

  test('kill -9 of ourselves: the server ends the work by itself, and the next run clears up', async () => {
    const old = await snapshot();
    const started = start(['db', 'reindex', '--config', file, '--index', 'matches_token'], env);
    const pid = await untilItWaits();
    started.child.kill('SIGKILL');
    await started.ended;
    const alive = `select 1 from pg_stat_activity where pid = ${pid}`;
    if (serverVersion < 140_000) {
      // It notices nothing, and works on; whoever comes next is told which session that is.
      const busy = await reindex(['--lock-wait', '0s', '--table', 'halls']);
      expect(busy.code).toBe(75);
      expect(busy.document.error.hint).toContain(`pg_terminate_backend(${pid})`);
      await sql('postgres', 'select pg_terminate_backend($1)', [pid]);
    }
    for (let attempt = 0; (await sql('postgres', alive)).length > 0 && attempt < 100; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await old.end();
    expect(await sql('postgres', alive)).toEqual([]);
    expect(await invalid()).toEqual(['matches_token_ccnew']);
    expect(outcomes(await reindex())).toEqual(['public.matches_token_ccnew done']);
  }, 20_000);
});

describe('another server', () => {
  let server: PostgresServer;
  const there = () => ({ PGPORT: String(server.port), PGDATABASE: 'postgres' });
  const ask = async (text: string) => {
    const client = new pg.Client({ ...testServer, port: server.port, database: 'postgres' });
    client.on('error', () => {});
    await client.connect();
    try {
      return await client.query(text);
    } finally {
      await client.end();
    }
  };
  beforeAll(async () => {
    server = await startTestPostgres({ autovacuum: 'off' });
    await ask('create table t (i int); insert into t select generate_series(1, 200000); delete from t');
  }, 30_000);
  afterAll(() => server.stop());

  test('restarted in the middle of a VACUUM: told, and all is well afterwards', async () => {
    writeFileSync(
      join(directory, 'slow.json'),
      JSON.stringify({ database: { maintenance: { vacuumCostDelay: '100ms' } } }),
      { mode: 0o600 },
    );
    const vacuum = ['db', 'vacuum', '--config', join(directory, 'slow.json'), '--table', 't'];
    const running = runJson(vacuum, { env: { ...env, ...there() } });
    for (;;) {
      const { rows } = await ask('select 1 from pg_stat_progress_vacuum');
      if (rows.length > 0) break;
    }
    await server.halt();
    await server.resume();
    const ended = await running;
    expect(ended).toMatchObject({ code: 4, document: { error: { code: 'VOPS-DB-UNREACHABLE' } } });
    expect(ended.document.result.objects[0]).toMatchObject({ outcome: 'failed' });
    expect((await runJson(['db', 'vacuum', '--table', 't'], { env: { ...env, ...there() } })).code).toBe(0);
  }, 30_000);

  test('a standby: nothing to do there, and that is well', async () => {
    const { rows } = await ask('show data_directory');
    await server.halt();
    writeFileSync(join(rows[0].data_directory, 'standby.signal'), '');
    await server.resume();
    for (const command of ['vacuum', 'analyze', 'reindex']) {
      const { code, document } = await runJson(['db', command], { env: { ...env, ...there() } });
      expect({ command, code }).toEqual({ command, code: 0 });
      expect(document.findings).toEqual([expect.objectContaining({ code: 'VOPS-DB-STANDBY', severity: 'info' })]);
    }
    expect((await runJson(['db', 'indexes'], { env: { ...env, ...there() } })).code).toBe(0);
  }, 30_000);
});
