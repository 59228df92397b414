import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DatabaseThresholds } from '../../src/lib/config/database-thresholds.js';
import { SlowQueries } from '../../src/lib/db/slow-queries.js';
import { addSnapshot, baseOf, type Counts, difference, type Snapshot } from '../../src/lib/db/statements/difference.js';
import { judgeStatements } from '../../src/lib/db/statements/judge.js';
import { sql, testServer, useDatabase } from '../support/database.js';
import { runJson, temporaryDirectory } from '../support/run.js';

const { name: database } = useDatabase('create table t (i int); insert into t select generate_series(1, 1000)');
const role = `watcher_${process.pid}`;
const env = (more: Record<string, string> = {}) => ({
  PGHOST: testServer.host,
  PGPORT: String(testServer.port),
  PGUSER: testServer.user,
  PGDATABASE: database,
  ...more,
});
const slow = (argv: readonly string[] = [], more: Record<string, string> = {}) =>
  runJson(['db', 'slow-queries', ...argv], { env: env(more) });

describe('on a real server', () => {
  beforeAll(() => sql('postgres', `create role ${role} login`));
  afterAll(() => sql('postgres', `drop role ${role}`));

  test('without the extension: not assessed, with the exact steps', async () => {
    const { code, document } = await slow();
    expect(code).toBe(4);
    expect(document).toMatchObject({ status: 'unknown', result: { isAvailable: false, statements: [] } });
    expect(document.findings[0].hint).toMatch(/shared_preload_libraries.*restart.*CREATE EXTENSION/);
  });

  test('all roles, in whatever schema the extension lives; the guide’s second is a warning', async () => {
    await sql(database, 'create schema "Odd ""one"; create extension pg_stat_statements schema "Odd ""one"');
    for (let call = 0; call < 3; call += 1) await sql(database, 'select pg_sleep(0.02), count(*) from t where i < 5');
    await sql(database, `set role ${role}; select 'of the watcher'`);
    const { code, document } = await slow(['--limit', '1000']);
    expect(code).toBe(0);
    expect(SlowQueries.parse(document.result)).toEqual(document.result);
    const queries: SlowQueries['statements'] = document.result.statements;
    const [counted] = queries.filter(({ query }) => query.includes('count(*) from t'));
    expect(counted).toMatchObject({ calls: 3, rows: 3, user: 'postgres' });
    expect(counted?.query).toBe('select pg_sleep($1), count(*) from t where i < $2');
    expect(counted?.meanMs).toBeGreaterThan(19);
    expect(new Set(queries.map(({ user }) => user))).toEqual(new Set(['postgres', role]));
    const shares = queries.reduce((sum, { share }) => sum + share, 0);
    expect(shares).toBeCloseTo(1, 5);
    expect(document.result.basis).toBe('statistics');
  });

  test.each([
    ['total', (statement: SlowQueries['statements'][number]) => statement.totalMs],
    ['mean', (statement: SlowQueries['statements'][number]) => statement.meanMs],
    ['calls', (statement: SlowQueries['statements'][number]) => statement.calls],
    ['rows', (statement: SlowQueries['statements'][number]) => statement.rows],
    ['temp', (statement: SlowQueries['statements'][number]) => statement.temporaryBytes],
  ])('--sort %s', async (sort, weight) => {
    const { document } = await slow(['--sort', sort, '--limit', '5']);
    const weights = document.result.statements.map(weight);
    expect(weights).toHaveLength(5);
    expect(weights).toEqual([...weights].sort((one, other) => other - one));
  });

  test('slow ones are found, with what to do', async () => {
    const { writeFileSync } = await import('node:fs');
    const file = `${temporaryDirectory()}/config.json`;
    writeFileSync(file, JSON.stringify({ database: { thresholds: { slowQuery: { averageTime: '15ms' } } } }), {
      mode: 0o600,
    });
    const { code, document } = await slow(['--config', file]);
    expect(code).toBe(0);
    expect(document.status).toBe('warning');
    expect(document.findings).toContainEqual(
      expect.objectContaining({
        code: 'VOPS-DB-SLOW-QUERY',
        message: expect.stringMatching(/^3 times .* from t where/),
      }),
    );
  });

  test('a role that may not see others’ statements is no clean bill', async () => {
    await sql(database, `grant usage on schema "Odd ""one" to ${role}`);
    const { code, document } = await slow([], { PGUSER: role });
    expect(code).toBe(4);
    expect(document.findings).toContainEqual(
      expect.objectContaining({
        code: 'VOPS-DB-STATEMENTS-HIDDEN',
        hint: expect.stringContaining('pg_read_all_stats'),
      }),
    );
    await sql(database, `revoke usage on schema "Odd ""one" from ${role}`);
  });

  test('a schema closed to the role, and an extension older than the server: not assessed, with the remedy', async () => {
    const refused = await slow([], { PGUSER: role });
    expect(refused.code).toBe(4);
    expect(refused.document.findings).toEqual([
      expect.objectContaining({
        code: 'VOPS-DB-STATEMENTS-MISSING',
        severity: 'unknown',
        hint: `as a superuser: GRANT USAGE ON SCHEMA "Odd ""one" TO ${role}`,
      }),
    ]);
    const old = `${database}_old`;
    await sql('postgres', `create database ${old}`);
    try {
      // As pg_upgrade leaves it.
      await sql(old, `create extension pg_stat_statements version '1.7'`);
      const outdated = await slow([], { PGDATABASE: old });
      expect(outdated.code).toBe(4);
      expect(outdated.document.findings).toEqual([
        expect.objectContaining({ hint: 'as a superuser: ALTER EXTENSION pg_stat_statements UPDATE' }),
      ]);
      const doctor = await runJson(['doctor'], { env: env({ PGDATABASE: old }) });
      expect(doctor.document.findings).toContainEqual(
        expect.objectContaining({
          code: 'VOPS-DOCTOR-RIGHTS-TO-INSPECT',
          hint: expect.stringContaining('ALTER EXTENSION pg_stat_statements UPDATE'),
        }),
      );
      expect((await runJson(['db', 'optimize'], { env: env({ PGDATABASE: old }) })).code).toBe(0);
      await sql(old, 'alter extension pg_stat_statements update');
      expect((await slow([], { PGDATABASE: old })).code).toBe(0);
    } finally {
      await sql('postgres', `drop database ${old} with (force)`);
    }
  });

  test('the statistics of others are never reset', async () => {
    const counted = async () =>
      (
        await sql(database, `select calls from "Odd ""one".pg_stat_statements where query like '%from t where i <%'`)
      )[0];
    const before = await counted();
    await slow();
    expect(await counted()).toEqual(before);
  });

  test.each([
    ['--window', 'soon'],
    ['--sort', 'beauty'],
    ['--limit', '0'],
  ])('%s %s is refused', async (...argv) => {
    expect((await slow(argv)).code).toBe(2);
  });
});

describe('differences', () => {
  const counts = (calls: number, totalMs = calls): Counts => [calls, totalMs, 0, 0, 0, 0];
  const at = (hours: number) => new Date(Date.UTC(2026, 0, 1) + hours * 3_600_000).toISOString();
  const snapshot = (hours: number, calls: Record<string, number>, since: string | null = at(0)): Snapshot => ({
    at: at(hours),
    since,
    evictions: 0,
    counts: Object.fromEntries(Object.entries(calls).map(([key, count]) => [key, counts(count)])),
  });
  const DAY = 24 * 3_600_000;

  test.each([
    ['grown', { a: 3 }, { a: 5 }, { a: 2 }],
    ['nothing done', { a: 3 }, { a: 3 }, {}],
    ['new', {}, { a: 5 }, { a: 5 }],
    ['evicted and back', { a: 9 }, { a: 5 }, { a: 5 }],
    ['gone', { a: 9 }, {}, {}],
  ])('%s', (_, before, now, expected) => {
    const found = difference(snapshot(0, before), snapshot(1, now));
    expect(Object.fromEntries([...found].map(([key, [calls]]) => [key, calls]))).toEqual(expected);
  });

  test('never negative, whatever the counters did', () => {
    const some = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.nat(1e6));
    fc.assert(
      fc.property(some, some, (before, now) => {
        for (const [, changed] of difference(snapshot(0, before), snapshot(1, now))) {
          expect(Math.min(...changed)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  test('the base is as old as the window, or covers half of it; a reset begins anew', () => {
    const snapshots = [snapshot(0, {}), snapshot(12, {}), snapshot(24, {}), snapshot(36, {})];
    expect(baseOf(snapshots, snapshot(48, {}), DAY)?.at).toBe(at(24));
    expect(baseOf(snapshots, snapshot(40, {}), 7 * DAY)).toBeUndefined();
    expect(baseOf(snapshots, snapshot(100, {}), 7 * DAY)?.at).toBe(at(0));
    expect(baseOf(snapshots, snapshot(48, {}, at(47)), DAY)).toBeUndefined();
    expect(addSnapshot(snapshots, snapshot(48, {}, at(47)))).toHaveLength(1);
  });

  test('two a day are kept, for a week', () => {
    const hourly = Array.from({ length: 24 * 20 }, (_, hour) => snapshot(hour, {}));
    const kept = hourly.reduce<readonly Snapshot[]>((snapshots, next) => addSnapshot(snapshots, next), []);
    expect(kept).toHaveLength(16);
    expect(Date.parse(kept.at(-1)?.at ?? '') - Date.parse(kept[0]?.at ?? '')).toBeGreaterThanOrEqual(7 * DAY);
  });
});

test('maintenance takes the time it takes: it is ranked, and called no slow query', () => {
  const texts = ['VACUUM (ANALYZE) public.t', 'copy t to stdout', 'select 1', 'with vacuum as (select 1) table vacuum'];
  const statements = texts.map((query) => ({ query, calls: 9, meanMs: 5_000, temporaryBytes: 0 }));
  const now = { at: '', since: null, evictions: null, counts: {} };
  const circumstances = { base: undefined, now, hidden: 0, role: '', room: null };
  const found = judgeStatements({ statements } as never, {
    ...circumstances,
    thresholds: DatabaseThresholds.parse({}),
  });
  expect(found.map(({ message }) => message.replace(/.*: /, ''))).toEqual(texts.slice(2));
});
