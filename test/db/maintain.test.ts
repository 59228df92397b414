import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { analyzeNeed, vacuumNeed } from '../../src/lib/db/maintain/choose.js';
import { MaintenanceReport } from '../../src/lib/db/maintain/report.js';
import { remainingMs, rewriteStatement } from '../../src/lib/db/rewrite.js';
import type { PostgresServer } from '../../src/lib/demo/postgres.js';
import type { TableRow } from '../../src/lib/pg/queries/table-inventory.js';
import { sql, testServer, untilCounted, useDatabase } from '../support/database.js';
import { sincePostgres } from '../support/only-where.js';
import { startTestPostgres } from '../support/postgres.js';
import { type RunOptions, run, runJson, temporaryDirectory } from '../support/run.js';

const { name: database } = useDatabase(`
  create table calm (i int); insert into calm select generate_series(1, 1000);
  create table busy (i int primary key) with (autovacuum_vacuum_threshold = 10, autovacuum_vacuum_scale_factor = 0.01);
  insert into busy select generate_series(1, 1000);
  create table "we""ird; drop" ("Column" int) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1);
  insert into "we""ird; drop" select generate_series(1, 100);
  create table parts (i int) partition by range (i);
  create table parts_1 partition of parts for values from (0) to (1000);
  insert into parts select generate_series(0, 999);`);

const role = `ordinary_${process.pid}`;
const state = temporaryDirectory();
const env = {
  PGHOST: testServer.host,
  PGPORT: String(testServer.port),
  PGUSER: 'postgres',
  PGDATABASE: database,
  XDG_STATE_HOME: state,
};
const ops = (argv: readonly string[], options: RunOptions = {}) =>
  runJson(['db', ...argv], { ...options, env: { ...env, ...options.env } });
const outcomes = ({ document }: { document: { result: MaintenanceReport } }) =>
  document.result.objects.map(({ object, outcome }) => `${object} ${outcome}`);

beforeAll(async () => {
  await untilCounted();
  await sql(database, 'vacuum analyze');
  await sql('postgres', `create role ${role} login`);
  await sql(
    database,
    `grant usage on schema public to ${role}; grant select on all tables in schema public to ${role}`,
  );
});
afterAll(() => sql('postgres', `drop role ${role}`));
async function session(): Promise<pg.Client> {
  const client = new pg.Client({ ...testServer, database });
  client.on('error', () => {});
  await client.connect();
  return client;
}

describe('db vacuum', () => {
  beforeEach(async () => {
    await sql(
      database,
      `update busy set i = i + 100000 where i % 10 = 0; update busy set i = i - 100000 where i > 100000;
       update "we""ird; drop" set "Column" = 1 where "Column" < 10; update calm set i = i where i < 20`,
    );
    await untilCounted();
  });

  test('plans by the storage parameters of each table, and --dry-run prints what a real run then does', async () => {
    const dry = await ops(['vacuum', '--dry-run']);
    expect(dry.code).toBe(0);
    expect(outcomes(dry)).toEqual(['public.busy planned', 'public."we""ird; drop" planned']);
    expect(dry.document.result.objects[0].sql).toBe(
      'VACUUM (ANALYZE, SKIP_LOCKED, TRUNCATE FALSE, PARALLEL 0) public.busy',
    );
    const real = await ops(['vacuum']);
    expect(real.code).toBe(0);
    expect(outcomes(real)).toEqual(['public.busy done', 'public."we""ird; drop" done']);
    expect(MaintenanceReport.parse(real.document.result)).toEqual(real.document.result);
    expect(real.document.result.objects[0]).toMatchObject({ deadTuples: 200, deadTuplesAfter: 0 });
    const again = await ops(['vacuum']);
    expect(again.document.result.objects).toEqual([]);
    expect((await run(['db', 'vacuum'], { env })).stdout).toContain('OK  db vacuum: nothing needs to be vacuumed');
  });

  sincePostgres(18)(
    'by the limit to dead rows, and the unfrozen pages that insertions count against, since 18',
    async () => {
      await sql(
        database,
        `create table capped (i int) with (autovacuum_enabled = off, autovacuum_vacuum_max_threshold = 100);
       insert into capped select generate_series(1, 10000);
       create table frozen (i int) with (autovacuum_enabled = off);
       insert into frozen select generate_series(1, 20000)`,
      );
      // What is committed and not yet in the log on disk is not taken for frozen.
      await sql(database, 'checkpoint');
      await sql(database, 'vacuum (freeze, analyze) capped, frozen');
      await sql(database, 'update capped set i = i where i < 300; insert into frozen select generate_series(1, 1500)');
      try {
        const health = await ops(['health']);
        expect(health.document.result.autovacuum.backlog).toContainEqual(
          expect.objectContaining({ table: 'public.capped', deadTuples: 299, threshold: 100 }),
        );
        expect(outcomes(await ops(['vacuum', '--dry-run']))).toEqual(
          expect.arrayContaining(['public.capped planned', 'public.frozen planned']),
        );
      } finally {
        await sql(database, 'drop table capped, frozen');
      }
    },
  );

  test('a table by name is vacuumed needed or not; a wrong name is told', async () => {
    for (const name of ['calm', 'public.calm']) {
      expect(outcomes(await ops(['vacuum', '--table', name]))).toEqual(['public.calm done']);
    }
    expect(outcomes(await ops(['vacuum', '--table', 'we"ird; drop', '--freeze']))).toEqual([
      'public."we""ird; drop" done',
    ]);
    const wrong = await ops(['vacuum', '--table', 'clam']);
    expect(wrong).toMatchObject({ code: 2, document: { error: { code: 'VOPS-USAGE', hint: 'did you mean calm?' } } });
  });

  test('a partitioned table is there, and holds no rows', async () => {
    for (const argv of [['vacuum'], ['reindex']]) {
      const { code, document } = await ops([...argv, '--table', 'parts']);
      expect({ argv, code, error: document.error }).toMatchObject({
        code: 2,
        error: {
          message: 'parts is partitioned, and holds no rows itself',
          hint: expect.stringContaining('partitions'),
        },
      });
    }
    expect(outcomes(await ops(['analyze', '--table', 'parts']))).toEqual(['public.parts done']);
  });

  test('0 of N is no success: the server only warns', async () => {
    const refused = await ops(['vacuum'], { env: { PGUSER: role } });
    expect(refused.code).toBe(1);
    expect(outcomes(refused)).toEqual(['public.busy blocked', 'public."we""ird; drop" blocked']);
    expect(refused.document.findings[0]).toMatchObject({
      severity: 'error',
      message: expect.stringContaining('the role is not its owner (postgres)'),
      hint: expect.stringContaining('db grants'),
    });
  });

  test.each(['vacuum', 'analyze'])('db %s: a table locked for readers, too, is passed over as well', async (action) => {
    const holder = await session();
    await holder.query('begin; lock table busy in access exclusive mode');
    try {
      const refused = await ops([action, '--table', 'busy']);
      expect(refused.code).toBe(1);
      expect(outcomes(refused)).toEqual(['public.busy blocked']);
      expect(refused.document.result.objects[0].note).toBe('another session holds a lock on it');
      expect(refused.document.findings[0].hint).toContain('db locks');
    } finally {
      await holder.end();
    }
  });

  test('a locked table is passed over and told; the others are done, which is partial', async () => {
    const holder = await session();
    await holder.query('begin; lock table busy in share update exclusive mode');
    try {
      const partial = await ops(['vacuum']);
      expect(partial.code).toBe(3);
      expect(outcomes(partial)).toEqual(['public.busy blocked', 'public."we""ird; drop" done']);
      expect(partial.document.findings[0].hint).toContain('db locks');
    } finally {
      await holder.end();
    }
  });

  test('what an older snapshot keeps from being removed is said', async () => {
    const old = await session();
    await old.query('begin isolation level repeatable read; select 1');
    await sql(database, 'delete from calm where i < 500');
    try {
      const { document } = await ops(['vacuum', '--table', 'calm']);
      expect(document.result.objects[0]).toMatchObject({ outcome: 'done', note: expect.stringContaining('older') });
    } finally {
      await old.end();
    }
  });

  test('the history has each object before and after', async () => {
    await ops(['vacuum', '--table', 'busy']);
    const [found] = await sql(database, 'select system_identifier::text as id from pg_control_system()');
    const { readFileSync } = await import('node:fs');
    const file = `${state}/viktoria-ops/databases/${String(found?.id)}-${database}/maintenance.jsonl`;
    const last = JSON.parse(readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({
      command: 'db vacuum',
      object: 'public.busy',
      action: 'vacuum',
      outcome: 'done',
      deadTuples: expect.any(Number),
      deadTuplesAfter: 0,
      sizeBytes: expect.any(Number),
      durationMs: expect.any(Number),
      fileNodeAfter: expect.any(Number),
    });
  });
});

describe('db vacuum --full', () => {
  const now = new Date();
  const time = (minutes: number) => {
    const at = new Date(now.getTime() + minutes * 60_000);
    return `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
  };
  const open = `${time(-10)}-${time(60)}`;

  test.each([
    [['--full']],
    [['--full', '--table', 'calm']],
    [['--full', '--table', 'calm', '--window', open]],
    [['--full', '--table', 'calm', '--window', open, '--confirm', 'busy']],
    [['--full', '--table', 'calm', '--window', `${time(60)}-${time(120)}`, '--confirm', 'calm']],
    [['--full', '--table', 'calm', '--window', 'at night', '--confirm', 'calm']],
    [['--table', 'calm', '--window', open]],
    [['--confirm', 'calm']],
  ])('refused: %j', async (argv) => {
    expect((await ops(['vacuum', ...argv])).code).toBe(2);
  });

  test('rewrites the table within the window', async () => {
    await sql(database, 'delete from calm');
    const done = await ops(['vacuum', '--full', '--table', 'calm', '--window', open, '--confirm', 'calm']);
    expect(done).toMatchObject({
      code: 0,
      document: { result: { objects: [{ outcome: 'done', sizeAfterBytes: 0 }] } },
    });
  });

  test('repacks without locking where the server can', () => {
    expect(rewriteStatement(180_004, 'public.t')).toBe('VACUUM (FULL, ANALYZE) public.t');
    expect(rewriteStatement(190_000, 'public.t')).toBe('REPACK (CONCURRENTLY) public.t');
  });

  test('a window may run over midnight', () => {
    const at = (hours: number, minutes: number) => new Date(2026, 5, 1, hours, minutes);
    expect(remainingMs('22:00-02:00', at(23, 30))).toBe(150 * 60_000);
    expect(remainingMs('22:00-02:00', at(1, 0))).toBe(60 * 60_000);
    expect(remainingMs('22:00-02:00', at(2, 0))).toBe(0);
    expect(remainingMs('02:00-04:00', at(1, 59))).toBe(0);
    expect(remainingMs('02:00-02:00', at(2, 0))).toBe(0);
  });
});

test.each([
  ['an hour is left out', '01:00-04:00', '2027-03-28T00:30:00Z', 90],
  ['the hour before it', '22:00-03:00', '2027-03-27T23:30:00Z', 90],
  ['the end is left out', '01:00-02:30', '2027-03-28T00:50:00Z', 40],
  ['an hour comes twice, its second time', '02:00-02:30', '2026-10-25T01:10:00Z', 20],
  ['the night before', '01:00-04:00', '2027-03-27T00:30:00Z', 150],
])('a window when the clocks change: %s', (_, window, now, minutes) => {
  // The zone is that of a process.
  const module = new URL('../../src/lib/db/rewrite.js', import.meta.url);
  const script = `import { remainingMs } from '${module.href}'; console.log(remainingMs('${window}', new Date('${now}')) / 60_000)`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env: { TZ: 'Europe/Berlin' },
    encoding: 'utf8',
  });
  expect(Number(stdout)).toBe(minutes);
});

describe('a server near wraparound', () => {
  let server: PostgresServer;
  const there = () => ({ PGPORT: String(server.port), PGDATABASE: 'postgres' });
  const client = async () => {
    const opened = new pg.Client({ ...testServer, port: server.port, database: 'postgres' });
    opened.on('error', () => {});
    await opened.connect();
    return opened;
  };
  beforeAll(async () => {
    server = await startTestPostgres({ autovacuum: 'off', autovacuum_freeze_max_age: '100000' });
  }, 30_000);
  afterAll(() => server.stop());

  test('what it warns of is a note, and what is done is done', async () => {
    const [holder, worker] = [await client(), await client()];
    await worker.query(`
      create table old (i int); insert into old select generate_series(1, 100);
      create procedure burn(times int) language plpgsql as $$
        begin for i in 1..times loop perform txid_current(); commit; end loop; end $$`);
    await holder.query('begin isolation level repeatable read; select 1');
    await worker.query('call burn(100100)');
    try {
      const { code, document } = await ops(['vacuum', '--table', 'old'], { env: there() });
      expect(document.result.objects[0]).toMatchObject({
        outcome: 'done',
        note: expect.stringContaining('far in the past'),
        hint: null,
      });
      expect(code).toBe(0);
    } finally {
      await Promise.all([holder.end(), worker.end()]);
    }
  }, 30_000);
});

describe('db analyze', () => {
  test('where it is needed: changed tables, and partitioned ones, which nothing else analyzes', async () => {
    await sql(database, 'update calm set i = 1; insert into calm select generate_series(1, 900)');
    await untilCounted();
    const { code, document } = await ops(['analyze']);
    expect(code).toBe(0);
    expect(document.result.objects).toEqual(
      expect.arrayContaining([expect.objectContaining({ object: 'public.calm', outcome: 'done' })]),
    );
    expect(outcomes(await ops(['analyze', '--all']))).toEqual(
      ['busy', 'calm', 'parts', 'parts_1', '"we""ird; drop"'].map((name) => `public.${name} done`),
    );
  });

  test('not for a role that may not', async () => {
    const refused = await ops(['analyze', '--table', 'calm'], { env: { PGUSER: role } });
    expect(refused).toMatchObject({ code: 1, document: { result: { totals: { done: 0, blocked: 1 } } } });
  });
});

describe('one maintenance at a time', () => {
  test('another host holds the advisory lock: busy, with who it is; --lock-wait waits for it', async () => {
    const other = await session();
    await other.query(
      `set application_name = 'viktoria-ops:db vacuum:cafe'; select pg_advisory_lock(${0x564f5053}, 1)`,
    );
    try {
      const busy = await ops(['vacuum', '--table', 'calm', '--lock-wait', '0s']);
      expect(busy).toMatchObject({ code: 75, document: { error: { code: 'VOPS-LOCK-BUSY' } } });
      expect(busy.document.error.message).toContain('viktoria-ops:db vacuum:cafe (session');
      expect(busy.document.error.hint).toContain('pg_terminate_backend');
      setTimeout(() => void other.query('select pg_advisory_unlock_all()'), 500);
      expect((await ops(['vacuum', '--table', 'calm', '--lock-wait', '30s'])).code).toBe(0);
    } finally {
      await other.end();
    }
  });

  test('this host as well', async () => {
    const holder = await session();
    await holder.query('begin; lock table calm');
    const first = ops(['analyze', '--table', 'busy']);
    const second = ops(['analyze', '--table', 'busy', '--lock-wait', '20s']);
    expect([(await first).code, (await second).code]).toEqual([0, 0]);
    await holder.end();
  });
});

describe('the choice', () => {
  const table = {
    kind: 'r',
    heapBytes: 8_192,
    isCounted: true,
    tuples: 1_000,
    liveTuples: 1_000,
    deadTuples: 0,
    changedTuples: 0,
    insertedTuples: 0,
    lastAnalyze: '2026-01-01T00:00:00.000Z',
    xidAge: 10,
    multixactAge: 0,
    vacuumThreshold: 250,
    insertThreshold: 1_200,
    analyzeThreshold: 150,
    freezeMaxAge: 2e8,
    multixactFreezeMaxAge: 4e8,
  } as TableRow;

  test.each([
    ['nothing to do', {}, undefined],
    ['dead rows', { deadTuples: 126 }, { reason: '126 dead rows', freeze: false }],
    ['one dead row less', { deadTuples: 125 }, undefined],
    ['inserted rows', { insertedTuples: 601 }, expect.objectContaining({ freeze: false })],
    ['insertions do not count for this table', { insertedTuples: 1e6, insertThreshold: -1 }, undefined],
    ['old transaction ids', { xidAge: 1.6e8 }, expect.objectContaining({ freeze: true })],
    ['old multixacts', { multixactAge: 3.1e8 }, expect.objectContaining({ freeze: true })],
    ['a partitioned table has no rows of its own', { kind: 'p', xidAge: 2e9 } as const, undefined],
  ])('%s', (_, overrides, expected) => {
    expect(vacuumNeed({ ...table, ...overrides }, 0.5)).toEqual(expected);
  });

  test('a lower share never vacuums less', () => {
    fc.assert(
      fc.property(fc.nat(2_000), fc.nat(5_000), fc.double({ min: 0, max: 1, noNaN: true }), (dead, inserted, at) => {
        const row = { ...table, deadTuples: dead, insertedTuples: inserted };
        if (vacuumNeed(row, 1)) expect(vacuumNeed(row, at)).toBeDefined();
      }),
    );
  });

  test.each([
    ['fresh', {}, false],
    ['changed', { changedTuples: 76 }, true],
    ['never, with rows', { lastAnalyze: null, tuples: 0 }, true],
    ['never, and empty', { lastAnalyze: null, tuples: 0, liveTuples: 0, heapBytes: 0 }, false],
    ['partitioned, long ago', { kind: 'p', lastAnalyze: '2025-12-01T00:00:00.000Z' } as const, true],
    ['partitioned, and not counted', { kind: 'p', lastAnalyze: null, isCounted: false } as const, false],
    ['partitioned, lately', { kind: 'p' } as const, false],
  ])('analyze: %s', (_, overrides, expected) => {
    const reason = analyzeNeed({ ...table, ...overrides }, { at: 0.5, now: '2026-01-02T00:00:00.000Z' });
    expect(reason !== undefined).toBe(expected);
  });
});
