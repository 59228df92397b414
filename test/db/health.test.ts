import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { DatabaseThresholds } from '../../src/lib/config/database-thresholds.js';
import { judgeBlocking } from '../../src/lib/db/health/blocking.js';
import { judgeConnections } from '../../src/lib/db/health/connections.js';
import { DatabaseHealth } from '../../src/lib/db/health/index.js';
import { judgeTransactions } from '../../src/lib/db/health/transactions.js';
import { judgeWraparound } from '../../src/lib/db/health/wraparound.js';
import { inspectDatabase } from '../../src/lib/db/health.js';
import type { Outcome } from '../../src/lib/status.js';
import { sql, testServer, useDatabase } from '../support/database.js';
import { configWith, pgOf } from '../support/pg.js';
import { run, runJson } from '../support/run.js';

const thresholds = DatabaseThresholds.parse({});
const { name: database } = useDatabase('create table t (i int); insert into t values (1)');
const role = `ordinary_${process.pid}`;

beforeAll(() => sql('postgres', `create role ${role} login`));
afterAll(() => sql('postgres', `drop role ${role}`)); // its grants went with the database

const inspect = (overrides: Record<string, unknown> = {}): Promise<Outcome<DatabaseHealth>> =>
  inspectDatabase({ config: configWith({ database: overrides }), pg: pgOf({ database, ...overrides }) });
const codes = ({ findings }: Outcome<unknown>) => findings.map(({ code, severity }) => `${severity} ${code}`);

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
    expect(wraparound?.map((row) => row.database)).toEqual(expect.arrayContaining([database, 'template0']));
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
      config: configWith({}),
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
    const found = judgeConnections({ used, active: 0, idle: 0, hidden: 0, available: 100 }, thresholds);
    expect(found.map(({ severity }) => severity)).toEqual(severities);
  });

  const young = { database: 'd', xidAge: 1, multixactAge: 1, xidFreezeMaxAge: 2e8, multixactFreezeMaxAge: 4e8 };
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
    expect(judgeWraparound([row]).map(({ severity }) => severity)).toEqual(severities);
  });

  const session = { pid: 7, user: 'strapi', application: '', transactionSeconds: 0, stateSeconds: 0, query: '' };
  test.each([
    ['idle in transaction', { transactionSeconds: 9_999, stateSeconds: 299 }, ['VOPS-DB-LONG-TRANSACTION']],
    ['idle in transaction', { transactionSeconds: 9_999, stateSeconds: 301 }, ['VOPS-DB-IDLE-IN-TRANSACTION']],
    ['idle in transaction (aborted)', { transactionSeconds: 301, stateSeconds: 301 }, ['VOPS-DB-IDLE-IN-TRANSACTION']],
    ['active', { transactionSeconds: 899, stateSeconds: 899 }, []],
    ['active', { transactionSeconds: 901, stateSeconds: 1 }, ['VOPS-DB-LONG-TRANSACTION']],
  ])('transaction %s, %j: %j', (state, times, expected) => {
    const found = judgeTransactions({ open: [{ ...session, ...times, state }], hidden: 0, role: 'r' }, thresholds);
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
    const found = judgeBlocking(sessions, thresholds).map(({ message }) => message);
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
        const accused = judgeBlocking(sessions, thresholds).map(({ hint }) =>
          Number(/\((\d+)\)/.exec(hint ?? '')?.[1]),
        );
        return accused.every((root) =>
          sessions.some(({ pid: one, blockedBy }) => one === root && blockedBy.length === 0),
        );
      }),
    );
  });
});
