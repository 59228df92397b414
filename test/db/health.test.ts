import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { createBackup } from '../../src/lib/backup/index.js';
import { DatabaseThresholds } from '../../src/lib/config/database-thresholds.js';
import { judgeActivity } from '../../src/lib/db/health/activity.js';
import { judgeArchiver } from '../../src/lib/db/health/archiver.js';
import { judgeAutovacuum } from '../../src/lib/db/health/autovacuum.js';
import { judgeBackups } from '../../src/lib/db/health/backups.js';
import { judgeBlocking } from '../../src/lib/db/health/blocking.js';
import { judgeChecksums } from '../../src/lib/db/health/checksums.js';
import { judgeConnections } from '../../src/lib/db/health/connections.js';
import { DatabaseHealth } from '../../src/lib/db/health/index.js';
import { judgeReplication } from '../../src/lib/db/health/replication.js';
import { judgeTransactions } from '../../src/lib/db/health/transactions.js';
import { judgeWraparound } from '../../src/lib/db/health/wraparound.js';
import { inspectDatabase } from '../../src/lib/db/health.js';
import type { Outcome } from '../../src/lib/status.js';
import { sql, testServer, untilCounted, useDatabase } from '../support/database.js';
import { configWith, pgOf } from '../support/pg.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';
import { until } from '../support/until.js';

const thresholds = DatabaseThresholds.parse({});
const { name: database } = useDatabase('create table t (i int); insert into t values (1)');
const role = `ordinary_${process.pid}`;

beforeAll(() => sql('postgres', `create role ${role} login`));
afterAll(() => sql('postgres', `drop role ${role}`)); // its grants went with the database

const directory = temporaryDirectory();
const silent = () => {};
const around = {
  log: { warn: silent, info: silent, debug: silent },
  now: () => new Date(),
  dryRun: false,
  state: async () => directory,
};
const inspect = (overrides: Record<string, unknown> = {}): Promise<Outcome<DatabaseHealth>> =>
  inspectDatabase({
    ...around,
    config: configWith({ database: overrides, backup: { directory: '/nonexistent' } }),
    pg: pgOf({ database, ...overrides }),
  });
const codes = ({ findings }: Outcome<unknown>) =>
  findings.filter(({ severity }) => severity !== 'info').map(({ code, severity }) => `${severity} ${code}`);

/** Sessions of their own, ended when the callback is done. */
async function withSessions<T>(count: number, use: (sessions: pg.Client[]) => Promise<T>): Promise<T> {
  const sessions = Array.from({ length: count }, () => new pg.Client({ ...testServer, database }));
  for (const session of sessions) session.on('error', () => {});
  try {
    await Promise.all(sessions.map((session) => session.connect()));
    return await use(sessions);
  } finally {
    await Promise.all(sessions.map((session) => session.end()));
  }
}

const pidOf = async (session: pg.Client | undefined): Promise<number> =>
  (await session?.query('select pg_backend_pid() as pid'))?.rows[0].pid;

describe('on a real server', () => {
  test('all is well', async () => {
    const outcome = await inspect();
    expect(outcome).toMatchObject({
      status: 'ok',
      findings: [],
      result: {
        isHealthy: true,
        server: { role: 'primary', replicas: 0, database, sizeBytes: expect.any(Number) },
        transactions: { open: [], hidden: 0, role: 'postgres' },
        blocking: [],
      },
    });
    const { connections, wraparound, server } = outcome.result;
    expect(connections?.available).toBe(57); // max_connections 60, 3 of them reserved for superusers
    expect(connections?.used).toBeGreaterThan(0);
    expect(wraparound?.databases.map((row) => row.database)).toEqual(expect.arrayContaining([database, 'template0']));
    expect(Date.parse(server?.startedAt ?? '')).toBeLessThan(Date.now());
    expect(DatabaseHealth.parse(JSON.parse(JSON.stringify(outcome.result)))).toEqual(outcome.result);
  });

  test('who blocks whom, and who idles in a transaction', async () => {
    await withSessions(3, async ([holder, waiter, last]) => {
      const [holderPid, waiterPid, lastPid] = [await pidOf(holder), await pidOf(waiter), await pidOf(last)];
      await holder?.query('begin; update t set i = 2');
      const first = waiter?.query('update t set i = 3');
      await untilBlocked(1);
      const second = last?.query('update t set i = 4');
      await untilBlocked(2);
      const none = { blocked: '0ms', idleInTransaction: '0ms', longTransaction: '0ms' };
      const { findings, result } = await inspect({ thresholds: none });
      expect(result.blocking).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ pid: holderPid, blockedBy: [], waitSeconds: null, state: 'idle in transaction' }),
          expect.objectContaining({ pid: waiterPid, blockedBy: [holderPid], query: 'update t set i = 3' }),
        ]),
      );
      expect(new Set(result.blocking?.map(({ pid }) => pid))).toEqual(new Set([holderPid, waiterPid, lastPid]));
      expect(findings.filter(({ code }) => code === 'VOPS-DB-BLOCKED')).toHaveLength(1);
      expect(findings).toContainEqual(
        expect.objectContaining({
          code: 'VOPS-DB-BLOCKED',
          message: expect.stringContaining(`session ${holderPid}`),
          hint: expect.stringContaining(`pg_terminate_backend(${holderPid})`),
        }),
      );
      expect(findings.map(({ code }) => code)).toEqual(
        expect.arrayContaining(['VOPS-DB-IDLE-IN-TRANSACTION', 'VOPS-DB-LONG-TRANSACTION']),
      );
      await holder?.query('rollback');
      await first;
      await second;
    });
  });

  test('a role that was dropped while it is connected', async () => {
    const gone = `gone_${process.pid}`;
    await sql('postgres', `create role ${gone} login`);
    const [made] = await sql('postgres', 'select oid::text from pg_roles where rolname = $1', [gone]);
    const client = new pg.Client({ ...testServer, database, user: gone });
    await client.connect();
    try {
      await sql('postgres', `drop role ${gone}`);
      const { result, findings } = await inspect();
      expect(findings.filter(({ severity }) => severity === 'unknown')).toEqual([]);
      expect(result.connections?.groups).toContainEqual(expect.objectContaining({ user: made?.oid, total: 1 }));
    } finally {
      await client.end();
    }
  });

  test('what an ordinary role may not see is no clean bill of health', async () => {
    const outcome = await withSessions(1, () => inspect({ user: role }));
    expect(codes(outcome)).toEqual(['unknown VOPS-DB-SESSIONS-HIDDEN']);
    expect(outcome).toMatchObject({
      status: 'unknown',
      result: { isHealthy: false, transactions: { hidden: 1, role } },
    });
    expect(outcome.findings[0]?.hint).toContain(`grant pg_read_all_stats to "${role}"`);
  });

  test('a section that fails costs only itself', async () => {
    await sql(database, 'revoke execute on function pg_postmaster_start_time() from public');
    try {
      const outcome = await inspect({ user: role });
      expect(codes(outcome)).toEqual(['unknown VOPS-DB-SECTION-UNREAD']);
      expect(outcome.findings[0]).toMatchObject({
        message: expect.stringContaining('server: the query failed: permission denied'),
        hint: expect.stringContaining('doctor'),
      });
      expect(outcome.result).toMatchObject({ server: null, connections: { used: expect.any(Number) } });
    } finally {
      await sql(database, 'grant execute on function pg_postmaster_start_time() to public');
    }
  });

  test('a connection that breaks off in between is an error, not six findings', async () => {
    const breaking = pgOf({ database });
    const inspected = inspectDatabase({
      ...around,
      config: configWith({ backup: { directory: '/nonexistent' } }),
      pg: (use) =>
        breaking(async (connection) => {
          const row = { parse: () => undefined } as never;
          await connection.query({ sql: 'select pg_terminate_backend(pg_backend_pid())', row }).catch(() => {});
          return use(connection);
        }),
    });
    await expect(inspected).rejects.toMatchObject({ code: 'VOPS-DB-UNREACHABLE' });
  });
});

async function untilBlocked(count: number): Promise<void> {
  const waiting = `select 1 from pg_locks l join pg_stat_activity a using (pid)
    where not granted and datname = '${database}'`;
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if ((await sql('postgres', waiting)).length === count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('nobody waits');
}

describe('each section on a real server', () => {
  const find = async (code: string, overrides: Record<string, unknown> = {}) =>
    (await inspect(overrides)).findings.find((finding) => finding.code === code);

  test('a sequence near the end of its column, which is smaller than the sequence', async () => {
    await sql(database, 'create table full_up (n int default 1); create sequence big owned by full_up.n');
    await sql(database, `select setval('big', 2000000000)`);
    expect(await find('VOPS-DB-SEQUENCE')).toMatchObject({
      severity: 'error',
      message: 'sequence public.big of full_up.n has used up 93.13 % of its numbers',
    });
    await sql(database, 'drop table full_up');
    await sql(database, 'create sequence down increment -1 minvalue -100 maxvalue -1; create sequence never');
    await sql(
      database,
      `select setval('down', -95); create sequence round maxvalue 10 cycle; select setval('round', 10)`,
    );
    expect((await find('VOPS-DB-SEQUENCE'))?.message).toContain('public.down has used up 95 %');
    await sql(database, 'drop sequence down');
    expect(await find('VOPS-DB-SEQUENCE')).toBeUndefined();
  });

  test('every sequence that is too near its end is told, however many there are', async () => {
    const names = Array.from({ length: 7 }, (_, number) => `near_${number}`);
    await sql(
      database,
      names.map((name) => `create sequence ${name} maxvalue 10; select setval('${name}', 9)`).join(';'),
    );
    const { findings } = await inspect();
    expect(findings.filter(({ code }) => code === 'VOPS-DB-SEQUENCE')).toHaveLength(names.length);
    await sql(database, `drop sequence ${names.join(', ')}`);
  });

  test('what a monitoring role may not see of sequences is not called well', async () => {
    const monitor = `monitor_health_${process.pid}`;
    await sql('postgres', `create role ${monitor} login in role pg_monitor`);
    try {
      expect(await find('VOPS-DB-SEQUENCES-HIDDEN', { user: monitor })).toMatchObject({
        severity: 'unknown',
        hint: expect.stringContaining(`GRANT pg_read_all_data TO ${monitor}`),
      });
    } finally {
      await sql('postgres', `drop role ${monitor}`);
    }
  });

  test('indexes of a sort order that is no longer', async () => {
    await sql(database, 'create table sorted (t text collate "de-x-icu"); create index by_t on sorted (t)');
    await sql(database, `update pg_collation set collversion = '1' where collname = 'de-x-icu'`);
    expect(await find('VOPS-DB-COLLATION')).toMatchObject({
      severity: 'warning',
      message: expect.stringContaining('1 indexes may miss rows: public.by_t'),
      hint: expect.stringMatching(/^first REINDEX .* then ALTER COLLATION pg_catalog."de-x-icu" REFRESH VERSION$/),
    });
    await sql(database, 'alter collation pg_catalog."de-x-icu" refresh version; drop table sorted');
    expect(await find('VOPS-DB-COLLATION')).toBeUndefined();
  });

  test('a slot that nobody reads', async () => {
    const slot = `slot_${process.pid}`;
    await sql(database, `select pg_create_physical_replication_slot('${slot}', true)`);
    try {
      expect((await find('VOPS-DB-SLOT'))?.hint).toContain(`pg_drop_replication_slot('${slot}')`);
    } finally {
      await sql(database, `select pg_drop_replication_slot('${slot}')`);
    }
  });

  test('what holds VACUUM back, and an index that is not valid', async () => {
    await sql(database, `create table held (i int); insert into held values (1), (1)`);
    await sql(database, 'create unique index concurrently not_unique on held (i)').catch(() => {});
    await sql(database, `begin; delete from held; prepare transaction 'it''s mine'`);
    try {
      const outcome = await withSessions(1, async ([old]) => {
        await old?.query('begin isolation level repeatable read; select 1');
        return inspect();
      });
      const who = outcome.result.wraparound?.holders.map((holder) => holder.who) ?? [];
      expect(who).toEqual(
        expect.arrayContaining([
          expect.stringContaining(`the prepared transaction 'it''s mine' of postgres`),
          expect.stringMatching(/^session \d+ \(no application name, role postgres, idle in transaction\)$/),
        ]),
      );
      expect(outcome.result.invalidIndexes).toMatchObject([{ index: 'public.not_unique' }]);
      expect(codes(outcome)).toContain('warning VOPS-DB-INDEX-INVALID');
    } finally {
      await sql(database, `rollback prepared 'it''s mine'`);
      await sql(database, 'drop table held');
    }
  });

  test('a temporary table of a session is none that autovacuum has to keep up with', async () => {
    const outcome = await withSessions(1, async ([session]) => {
      await session?.query('create temp table mine (i int); insert into mine select generate_series(1, 5000)');
      await session?.query('delete from mine');
      const counted = `select from pg_stat_all_tables where relname = 'mine' and n_dead_tup > 1000`;
      await until(async () => {
        await session?.query('select'); // before 15 an idle session does not send what it has counted
        return (await sql(database, counted)).length > 0;
      });
      return inspect();
    });
    expect(outcome.result.autovacuum?.backlog).toEqual([]);
  });

  test('a table that somebody holds locked keeps no section waiting', async () => {
    const outcome = await withSessions(1, async ([holder]) => {
      await holder?.query('begin; lock table t in access exclusive mode');
      return inspect();
    });
    expect(codes(outcome)).toEqual([]);
  });

  test('the newest backup of the catalogue counts, not what only looks like one', async () => {
    const catalogue = temporaryDirectory();
    const made = async (createdAt: string) => {
      const draft = { kind: 'database' as const, source: 'x', notes: [], createdAt: new Date(createdAt) };
      await createBackup(catalogue, draft, async () => ({ files: [] }));
    };
    await made('2026-01-01T00:00:00Z');
    await made('2026-03-01T00:00:00Z');
    mkdirSync(join(catalogue, 'database-20990101T000000Z-cafe'));
    const backup = { directory: catalogue };
    const { result } = await inspectDatabase({ ...around, config: configWith({ backup }), pg: pgOf({ database }) });
    expect(result.backups).toEqual({ newest: '2026-03-01T00:00:00.000Z' });
  });

  test('deadlocks are told from one run to the next; without a state directory the rest is', async () => {
    await inspect();
    await withSessions(2, async ([one, other]) => {
      await sql(database, 'create table d (i int primary key, n int); insert into d values (1), (2)');
      await one?.query('begin; update d set n = 1 where i = 1');
      await other?.query('begin; update d set n = 1 where i = 2');
      const results = Promise.allSettled([
        one?.query('update d set n = 2 where i = 2'),
        other?.query('update d set n = 2 where i = 1'),
      ]);
      await results;
    });
    await untilCounted();
    expect(await find('VOPS-DB-DEADLOCKS')).toMatchObject({ message: expect.stringContaining('1 deadlock since') });
    expect(await find('VOPS-DB-DEADLOCKS')).toBeUndefined();
    const warnings: string[] = [];
    const log = { ...around.log, warn: (text: string) => warnings.push(text) };
    const state = async () => '/dev/null/nowhere';
    const config = configWith({ backup: { directory: '/nonexistent' } });
    const outcome = await inspectDatabase({ ...around, log, state, config, pg: pgOf({ database }) });
    expect(outcome.status).toBe('ok');
    expect(warnings).toEqual([expect.stringContaining('nothing is remembered')]);
  });
});

describe('the command', () => {
  const env = {
    PGHOST: testServer.host,
    PGPORT: String(testServer.port),
    PGUSER: testServer.user,
    PGDATABASE: database,
  };

  test('one line says it, the rest follows', async () => {
    const { code, stdout, stderr } = await run(['db', 'health'], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^OK {2}db health: Database OK, PostgreSQL \d+\.\d+ \(primary\), \d+ of 57 connections\n/);
    expect(stdout).toMatch(new RegExp(`^database +${database}$`, 'm'));
  });

  test('a server that is not there: exit 4, one document', async () => {
    const { code, document } = await runJson(['db', 'health'], { env: { ...env, PGPORT: '1', PGPASSWORD: 'c4nary' } });
    expect(code).toBe(4);
    expect(document).toMatchObject({ status: 'unknown', error: { code: 'VOPS-DB-UNREACHABLE' } });
    expect(JSON.stringify(document)).not.toContain('c4nary');
  });
});

describe('decisions', () => {
  test.each([
    [0, []],
    [79, []],
    [80, ['warning']],
    [94, ['warning']],
    [95, ['error']],
    [103, ['error']],
  ])('%i of 100 connections: %j', (used, severities) => {
    const found = judgeConnections({ used, available: 100, groups: [] }, { thresholds });
    expect(found.map(({ severity }) => severity)).toEqual(severities);
  });

  const young = {
    database: 'd',
    isOwn: true,
    xidAge: 1,
    multixactAge: 1,
    xidFreezeMaxAge: 2e8,
    multixactFreezeMaxAge: 4e8,
  };
  const modern = { ...young, xidFailsafeAge: 1.6e9, multixactFailsafeAge: 1.6e9 };
  test.each([
    ['young', modern, []],
    ['at the age at which autovacuum freezes', { ...modern, xidAge: 2.2e8 }, []],
    ['beyond it and growing', { ...modern, xidAge: 2.6e8 }, ['warning']],
    ['half way, whatever the setting', { ...modern, xidAge: 1.1e9, xidFreezeMaxAge: 1.5e9 }, ['warning']],
    ['past the failsafe', { ...modern, xidAge: 1.605e9 }, ['error']],
    ['past three quarters, before PostgreSQL 14', { ...modern, xidAge: 1.62e9, xidFailsafeAge: null }, ['error']],
    ['multixacts alone', { ...modern, multixactAge: 1.7e9 }, ['error']],
    ['both', { ...modern, xidAge: 2.6e8, multixactAge: 1.7e9 }, ['warning', 'error']],
  ])('wraparound: %s', (_, row, severities) => {
    expect(
      judgeWraparound({ databases: [row], tables: [], holders: [] }, { last: undefined }).map(
        ({ severity }) => severity,
      ),
    ).toEqual(severities);
  });

  test('wraparound: past its age and falling is autovacuum at work; what holds it back is named', () => {
    const last = { at: '', since: null, deadlocks: 0, temporaryFileBytes: 0, xidAges: { d: 2.7e8 }, multixactAges: {} };
    const row = { ...modern, xidAge: 2.6e8 };
    const holder = {
      who: `the prepared transaction 'x' of y`,
      xidAge: 2e8,
      seconds: 9,
      release: `ROLLBACK PREPARED 'x'`,
    };
    const tables = [{ table: 'public.t', xidAge: 2.6e8, multixactAge: 0, sizeBytes: 1 }];
    expect(judgeWraparound({ databases: [row], tables, holders: [holder] }, { last })).toEqual([]);
    const [stuck] = judgeWraparound({ databases: [{ ...row, xidAge: 2.8e8 }], tables, holders: [holder] }, { last });
    expect(stuck?.hint).toBe(
      `the prepared transaction 'x' of y holds freezing back: ROLLBACK PREPARED 'x'; then viktoria-ops db vacuum --freeze --table 'public.t'`,
    );
  });

  test.each([
    ['of the server itself', 'pg_catalog.pg_type', /as a superuser: VACUUM \(FREEZE\) pg_catalog\.pg_type$/],
    ['of a session', 'pg_temp_7.mine', /end the session .* DROP TABLE pg_temp_7\.mine$/],
    ['of the application', 'public.t', /viktoria-ops db vacuum --freeze --table 'public\.t'$/],
  ])('wraparound: the oldest table is one %s', (_, table, hint) => {
    const tables = [{ table, xidAge: 2.6e8, multixactAge: 0, sizeBytes: 1 }];
    const found = judgeWraparound(
      { databases: [{ ...modern, xidAge: 2.6e8 }], tables, holders: [] },
      { last: undefined },
    );
    expect(found.map((finding) => finding.hint)).toEqual([expect.stringMatching(hint)]);
  });

  test('wraparound: multixacts have an oldest table of their own', () => {
    const tables = [
      { table: 'public.old', xidAge: 2.6e8, multixactAge: 0, sizeBytes: 1 },
      { table: 'public.shared', xidAge: 3, multixactAge: 2e8, sizeBytes: 1 },
    ];
    const databases = [{ ...modern, xidAge: 2.6e8, multixactAge: 5.1e8 }];
    expect(judgeWraparound({ databases, tables, holders: [] }, { last: undefined }).map(({ hint }) => hint)).toEqual([
      expect.stringContaining('public.old'),
      expect.stringContaining('public.shared'),
    ]);
  });

  test('wraparound: of another database nothing is named that is of this one', () => {
    const tables = [{ table: 'public.t', xidAge: 9, multixactAge: 0, sizeBytes: 1 }];
    const holder = { who: 'session 7', xidAge: 9, seconds: 9, release: 'select pg_terminate_backend(7)' };
    const databases = [{ ...modern, database: 'template1', isOwn: false, xidAge: 2.6e8 }];
    const [found] = judgeWraparound({ databases, tables, holders: [holder] }, { last: undefined });
    expect(found?.hint).not.toMatch(/public\.t|session 7/);
    expect(found?.hint).toContain('in that database: VACUUM (FREEZE)');
  });

  const now = new Date('2026-11-24T03:00:00Z');
  const ago = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString();
  test.each([
    ['none of ours', null, []],
    ['of this month', ago(31), []],
    ['older', ago(33), ['warning']],
  ])('backup: %s', (_, newest, severities) => {
    expect(judgeBackups({ newest }, { now, thresholds }).map(({ severity }) => severity)).toEqual(severities);
  });

  const archiver = { mode: 'on' as const, archived: 1, failed: 1, lastFailedFile: '0001' };
  test.each([
    ['works again', { ...archiver, lastArchived: ago(1), lastFailed: ago(2) }, 0],
    ['fails', { ...archiver, lastArchived: ago(2), lastFailed: ago(1) }, 1],
    ['never worked', { ...archiver, lastArchived: null, lastFailed: ago(1) }, 1],
    ['is off', { ...archiver, mode: 'off' as const, lastArchived: null, lastFailed: ago(1) }, 0],
  ])('the archiver %s', (_, state, count) => {
    expect(judgeArchiver(state)).toHaveLength(count);
  });

  const slot = { name: 's', isActive: true, walStatus: 'reserved', retainedBytes: 1e9 };
  const replicating = { isStandby: false, standbys: [], slots: [], replayDelaySeconds: null, isStreaming: null };
  const standby = { name: 'b', client: null, state: 'streaming', lagBytes: 1, lagSeconds: 299 };
  test.each([
    ['nothing', {}, []],
    ['a slot in use', { slots: [slot] }, []],
    ['a slot of nobody', { slots: [{ ...slot, isActive: false }] }, ['warning VOPS-DB-SLOT']],
    ['a slot about to lose', { slots: [{ ...slot, walStatus: 'unreserved' }] }, ['warning VOPS-DB-SLOT']],
    ['a lost slot', { slots: [{ ...slot, walStatus: 'lost' }] }, ['error VOPS-DB-SLOT']],
    ['a standby that follows', { standbys: [standby] }, []],
    ['one that lags', { standbys: [{ ...standby, lagSeconds: 301 }] }, ['warning VOPS-DB-REPLICATION-LAG']],
    ['this one lags', { isStandby: true, replayDelaySeconds: 400 }, ['warning VOPS-DB-REPLICATION-LAG']],
  ])('replication: %s', (_, state, expected) => {
    const found = judgeReplication({ ...replicating, ...state }, { thresholds });
    expect(found.map(({ code, severity }) => `${severity} ${code}`)).toEqual(expected);
  });

  const vacuuming = { isEnabled: true, countsAreKept: true, workers: 3, maxWorkers: 3, running: [], backlog: [] };
  const overdue = { table: 'public.t', deadTuples: 201, threshold: 100, isEnabled: true };
  test.each([
    ['keeps up', { backlog: [{ ...overdue, deadTuples: 200 }] }, []],
    ['does not', { backlog: [overdue] }, ['VOPS-DB-AUTOVACUUM-BACKLOG']],
    ['is off', { isEnabled: false }, ['VOPS-DB-AUTOVACUUM-OFF']],
    ['counts nothing', { countsAreKept: false }, ['VOPS-DB-AUTOVACUUM-OFF']],
  ])('autovacuum %s', (_, state, expected) => {
    expect(judgeAutovacuum({ ...vacuuming, ...state }, { thresholds }).map(({ code }) => code)).toEqual(expected);
  });

  const counters = { cacheHitRatio: 1, deadlocks: 5, commits: 1, rollbacks: 0, temporaryFileBytes: 5e9, since: ago(9) };
  const memory = {
    at: ago(1 / 12),
    since: ago(9),
    deadlocks: 5,
    temporaryFileBytes: 4e9,
    xidAges: {},
    multixactAges: {},
  };
  test.each([
    ['the first look', undefined, []],
    ['nothing new', memory, []],
    ['deadlocks since', { ...memory, deadlocks: 3 }, ['VOPS-DB-DEADLOCKS']],
    ['much in temporary files', { ...memory, temporaryFileBytes: 1e9 }, ['VOPS-DB-TEMPORARY-FILES']],
    ['the counters began anew', { ...memory, since: ago(20), deadlocks: 3 }, []],
  ])('activity: %s', (_, last, expected) => {
    expect(judgeActivity(counters, { last, now, thresholds }).map(({ code }) => code)).toEqual(expected);
  });

  test('a failed checksum is an error', () => {
    const failures = [{ database: 'd', failures: 2, last: ago(1) }];
    expect(judgeChecksums({ isEnabled: true, failures })).toMatchObject([{ severity: 'error' }]);
    expect(judgeChecksums({ isEnabled: true, failures: [] })).toEqual([]);
  });

  const session = { pid: 7, user: 'strapi', application: '', transactionSeconds: 0, stateSeconds: 0, query: '' };
  test.each([
    ['idle in transaction', { transactionSeconds: 9_999, stateSeconds: 299 }, ['VOPS-DB-LONG-TRANSACTION']],
    ['idle in transaction', { transactionSeconds: 9_999, stateSeconds: 301 }, ['VOPS-DB-IDLE-IN-TRANSACTION']],
    ['idle in transaction (aborted)', { transactionSeconds: 301, stateSeconds: 301 }, ['VOPS-DB-IDLE-IN-TRANSACTION']],
    ['active', { transactionSeconds: 899, stateSeconds: 899 }, []],
    ['active', { transactionSeconds: 901, stateSeconds: 1 }, ['VOPS-DB-LONG-TRANSACTION']],
  ])('transaction %s, %j: %j', (state, times, expected) => {
    const found = judgeTransactions({ open: [{ ...session, ...times, state }], hidden: 0, role: 'r' }, { thresholds });
    expect(found.map(({ code }) => code)).toEqual(expected);
  });

  const blocked = (pid: number, blockedBy: number[], waitSeconds: number | null = null) => ({
    pid,
    blockedBy,
    waitSeconds,
    user: 'u',
    application: 'a',
    state: 'active',
    query: 'q',
  });
  test.each([
    ['nobody waits', [], []],
    ['not long enough', [blocked(1, []), blocked(2, [1], 29)], []],
    ['a chain has one root', [blocked(1, []), blocked(2, [1], 40), blocked(3, [2], 35)], ['session 1']],
    ['two roots', [blocked(1, []), blocked(2, []), blocked(3, [1, 2], 60)], ['session 1', 'session 2']],
    ['a prepared transaction', [blocked(0, []), blocked(3, [0], 60)], ['a prepared transaction']],
  ])('blocking: %s', (_, sessions, roots) => {
    const found = judgeBlocking(sessions, { thresholds }).map(({ message }) => message);
    expect(found).toEqual(roots.map((root) => expect.stringMatching(new RegExp(`^${root} .*blocks others`))));
  });

  test('blocking: any graph, cycles included, ends, and accuses only those who wait for none', () => {
    const pid = fc.integer({ min: 1, max: 8 });
    const graph = fc.uniqueArray(fc.record({ pid, blockedBy: fc.array(pid, { maxLength: 4 }) }), {
      selector: (node) => node.pid,
    });
    fc.assert(
      fc.property(graph, (nodes) => {
        const sessions = nodes.map((node) => blocked(node.pid, node.blockedBy, node.blockedBy.length > 0 ? 60 : null));
        const accused = judgeBlocking(sessions, { thresholds }).map(({ hint }) =>
          Number(/\((\d+)\)/.exec(hint ?? '')?.[1]),
        );
        return accused.every((root) =>
          sessions.some(({ pid: one, blockedBy }) => one === root && blockedBy.length === 0),
        );
      }),
    );
  });
});
