import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { IntegrityReport } from '../../src/lib/integrity/index.js';
import { sql, testServer, useDatabase } from '../support/database.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

const database = useDatabase(`
  create table teams (id int primary key, name text, updated_at timestamp);
  create table players (id int primary key, team_id int, name text, email text, shirt int, "Odd Column" text);
  create table matches (id int primary key, season int, home int, away int);
  create table standings (season int, team int, goals int, points numeric, primary key (season, team));
  create table big (id int primary key);
  create function meddle() returns int language sql volatile as 'delete from players; select 1';
  insert into teams values (1, 'SV', now() at time zone 'utc'), (2, 'FC', now() at time zone 'utc' - interval '3 days');
  insert into players values (1, 1, 'Ali', 'ali@example.org', 7, 'x'), (2, 1, null, 'ali@example.org', 8, null),
    (3, 9, 'Emil', 'emil@example.org', 120, 'y'), (4, null, 'Luca', null, 0, 'z');
  insert into matches values (1, 1, 2, 1), (2, 1, 0, 0), (3, 2, 5, 0);
  insert into standings values (1, 1, 2, 3), (1, 2, 1, 0), (2, 1, 4, 3);
  insert into big select generate_series(1, 250000);
`);

let directory = '';
beforeEach(() => {
  directory = temporaryDirectory();
});

/** A configuration with these checks; the state of earlier ones in this test stays. */
function configure(checks: object, integrity: object = {}): string {
  const file = join(directory, '.monitoringrc.json');
  const config = {
    database: { ...testServer, database: database.name, sslmode: 'disable' },
    stateDirectory: join(directory, 'state'),
    integrity: { checks, ...integrity },
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

async function check(checks: object, { integrity = {}, argv = [] as string[] } = {}) {
  const { document, code } = await runJson(['integrity', 'check', '--config', configure(checks, integrity), ...argv]);
  const report: IntegrityReport = document.result;
  return { code, document, report, first: report?.checks[0] };
}

const players = { table: 'players' };
const sumOf = (right: string) => ({
  kind: 'cross_table_sum',
  left: { table: 'matches', sum: ['home', 'away'], by: ['season'] },
  right: { table: 'standings', sum: [right], by: ['season'] },
});
const points = 'select season, team, case when goals > 1 then 3 else 0 end as points from standings';

describe('each kind finds the rows that fail, and only those', () => {
  test.each<[string, object, string[], number | null]>([
    ['sql', { kind: 'sql', sql: 'select id from players where shirt > 99', key: ['id'] }, ['id=3'], null],
    [
      'sql with its total; a comment and a semicolon at the end',
      { kind: 'sql', sql: 'select id from players -- all\n;', key: ['id'], total: 'select count(*) from players;' },
      ['id=1', 'id=2', 'id=3', 'id=4'],
      4,
    ],
    ['not_null', { kind: 'not_null', ...players, columns: ['name', 'email'] }, ['id=2', 'id=4'], 4],
    ['not_null of an odd name', { kind: 'not_null', ...players, columns: ['Odd Column'] }, ['id=2'], 4],
    [
      'not_null under a condition',
      { kind: 'not_null', ...players, where: 'id < 3 -- the first', columns: ['name'] },
      ['id=2'],
      2,
    ],
    ['unique', { kind: 'unique', ...players, columns: ['email'] }, ['id=2'], 4],
    [
      'foreign_key',
      { kind: 'foreign_key', ...players, columns: ['team_id'], references: { table: 'public.teams' } },
      ['id=3'],
      4,
    ],
    ['range', { kind: 'range', ...players, column: 'shirt', min: 1, max: 99 }, ['id=3', 'id=4'], 4],
    ['range of text', { kind: 'range', ...players, column: 'name', min: 'B' }, ['id=1'], 4],
    ['freshness, fresh', { kind: 'freshness', table: 'teams', column: 'updated_at', maxAge: '1h' }, [], 1],
    ['cross_table_sum', sumOf('goals'), ['season=2'], 2],
    ['cross_table_sum with a tolerance', { ...sumOf('goals'), tolerance: 1 }, [], 2],
    [
      'recomputed',
      { kind: 'recomputed', table: 'standings', key: ['season', 'team'], columns: ['points'], sql: points },
      [],
      3,
    ],
    [
      'recomputed, a row too many and one too few',
      {
        kind: 'recomputed',
        table: 'standings',
        key: ['season', 'team'],
        columns: ['points'],
        sql: `select * from (${points}) p where season = 1 union all select 3, 1, 0`,
      },
      ['season=2, team=1', 'season=3, team=1'],
      3,
    ],
    [
      'recomputed, a row too few that has no value',
      {
        kind: 'recomputed',
        table: 'standings',
        key: ['season', 'team'],
        columns: ['points'],
        sql: `${points} union all select 9, 9, null`,
      },
      ['season=9, team=9'],
      3,
    ],
    [
      'recomputed under a condition, a row too many that has no value',
      {
        kind: 'recomputed',
        ...players,
        key: ['id'],
        columns: ['name'],
        where: 'id = 2',
        sql: `select 1 as id, '' as name`,
      },
      ['id=2'],
      1,
    ],
    [
      'recomputed with a tolerance',
      {
        kind: 'recomputed',
        table: 'standings',
        key: ['season', 'team'],
        columns: ['points'],
        sql: `select season, team, points + 0.5 as points from (${points}) p`,
        tolerance: 0.5,
      },
      [],
      3,
    ],
  ])('%s', async (_, given, samples, total) => {
    const { first } = await check({ it: given });
    expect(first).toMatchObject({
      reason: null,
      failing: samples.length,
      total,
      samples,
      state: samples.length > 0 ? 'failed' : 'ok',
    });
    // The query that is printed gives the same rows.
    expect(await sql(database.name, first?.query ?? '')).toHaveLength(samples.length);
  });

  test('freshness: old, and nothing at all', async () => {
    const kind = { kind: 'freshness', table: 'teams', column: 'updated_at', maxAge: '1h' };
    const { report } = await check({ old: { ...kind, where: 'id = 2' }, none: { ...kind, where: 'id = 7' } });
    expect(report.checks).toMatchObject([
      { state: 'failed', failing: 1, samples: [expect.stringMatching(/^newest=20/)] },
      { state: 'failed', failing: 1, samples: ['newest=null'] },
    ]);
  });

  test('row_count_change: the first run can tell nothing, the second compares', async () => {
    const it = { kind: 'row_count_change', table: 'big', maxDrop: '10%', window: '1m' };
    const { first, code } = await check({ it });
    expect({ code, first }).toMatchObject({ code: 4, first: { state: 'unknown', total: 250_000, failing: null } });
    await sql(database.name, 'delete from big where id > 200000');
    const later = await check({ it });
    expect(later.first).toMatchObject({
      state: 'failed',
      total: 200_000,
      reason: expect.stringContaining('200000 rows, 250000 on'),
    });
    expect(later.document.findings).toMatchObject([{ code: 'VOPS-INTEGRITY-ROW-COUNT', severity: 'error' }]);
  });
});

describe('levels', () => {
  const two = { kind: 'not_null', ...players, columns: ['name', 'email'] };
  test.each([
    ['none given: any row fails', {}, 'failed'],
    ['warn alone: fail is off', { warn: 1 }, 'warning'],
    ['below both', { warn: 3, fail: 4 }, 'ok'],
    ['shares', { warn: '50%', fail: '51%' }, 'warning'],
    ['a share of none', { fail: '0%' }, 'failed'],
  ])('%s', async (_, levels, state) => {
    const { first } = await check({ it: { ...two, ...levels } });
    expect(first).toMatchObject({ failing: 2, state });
  });
});

describe('what a check must not do', () => {
  test.each([
    ['hang', { sql: 'select id from players, pg_sleep(30)', key: ['id'], timeout: '300ms' }, /not done within 300 ms/],
    ['write', { sql: 'select meddle() as id', key: ['id'] }, /read-only transaction/],
    [
      'write in a WITH',
      { sql: 'with gone as (delete from players returning id) select id from gone', key: ['id'] },
      /SQLSTATE 0A000/,
    ],
    [
      'leave its transaction',
      {
        sql: 'select 1 as id) as x; commit; set transaction read write; delete from players; select count(*) from (select 1 as id',
        key: ['id'],
      },
      /SQLSTATE 42601/,
    ],
    [
      'make itself writable',
      { sql: `select 1 as id where set_config('transaction_read_only', 'off', false) = 'off'`, key: ['id'] },
      /transaction read-write mode/,
    ],
    ['name no table', { sql: 'select id from nowhere', key: ['id'] }, /nowhere.* does not exist/],
    ['lack its key', { sql: 'select 1 as id', key: ['other'] }, /other does not exist/],
  ])('%s: no verdict, and the next one has its own', async (_, given, reason) => {
    const started = Date.now();
    const next = { kind: 'range', ...players, column: 'shirt', max: 99 };
    const { code, report, document } = await check({ it: { kind: 'sql', ...given }, next });
    expect(report.checks).toMatchObject([
      { state: 'unknown', failing: null, reason: expect.stringMatching(reason) },
      { state: 'failed', failing: 1 },
    ]);
    expect(document.findings).toContainEqual(
      expect.objectContaining({ code: 'VOPS-INTEGRITY-NO-VERDICT', severity: 'unknown', hint: expect.any(String) }),
    );
    expect({ code, isQuick: Date.now() - started < 10_000 }).toEqual({ code: 1, isQuick: true });
    expect(await sql(database.name, 'select count(*)::int as n from players')).toEqual([{ n: 4 }]);
  });

  test('a table that somebody holds is not waited for', async () => {
    const pg = (await import('pg')).default;
    const holder = new pg.Client({ ...testServer, database: database.name });
    await holder.connect();
    await holder.query('begin; lock table teams in access exclusive mode');
    const { first } = await check(
      { it: { kind: 'not_null', table: 'teams', columns: ['name'] } },
      { integrity: { lockTimeout: '100ms' } },
    );
    await holder.end();
    expect(first).toMatchObject({ state: 'unknown', reason: 'a table was locked for longer than 100 ms' });
  });

  test('hundreds of thousands of failing rows: counted to the last, a few named, none remembered', async () => {
    const it = { kind: 'sql', sql: 'select id from big', key: ['id'] };
    const { first } = await check({ it });
    const [{ n } = { n: 0 }] = await sql(database.name, 'select count(*)::int as n from big');
    expect(first).toMatchObject({ failing: n, newRows: null, knownRows: null });
    expect(first?.samples).toHaveLength(5);
    const kept = readFileSync(join(directory, 'state/integrity/default/check-it.json'));
    expect(kept.length).toBeLessThan(1_000);
  });

  test('all checks see one moment', async () => {
    const slow = { kind: 'sql', sql: 'select 1 as id from pg_sleep(0.6)', key: ['id'] };
    const count = { kind: 'sql', sql: 'select id from teams where id = 50', key: ['id'] };
    const running = check({ slow, count });
    await untilAsleep();
    await sql(database.name, `insert into teams values (50, 'late', null)`);
    expect((await running).report.checks).toMatchObject([{ failing: 1 }, { state: 'ok', failing: 0 }]);
    await sql(database.name, 'delete from teams where id = 50');
  });
});

/** Until a session of ours is in pg_sleep. */
async function untilAsleep(): Promise<void> {
  const asleep = `select 1 from pg_stat_activity where application_name like 'viktoria-ops:integrity check:%' and wait_event = 'PgSleep'`;
  while ((await sql(database.name, asleep)).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('new rows and known ones', () => {
  const it = { kind: 'range', table: 'players', column: 'shirt', max: 99, hint: 'ask the coach', owner: 'team office' };

  test('told apart over runs; mended rows are forgotten', async () => {
    const { first, document } = await check({ it });
    expect(first).toMatchObject({ newRows: 1, knownRows: 0 });
    expect(document.findings).toMatchObject([
      {
        code: 'VOPS-INTEGRITY-ROWS',
        message: 'it: 1 of 4 rows (25 %) fails: id=3',
        hint: 'ask the coach; owner: team office',
      },
    ]);
    await sql(database.name, 'update players set shirt = 200 where id = 1');
    const second = await check({ it });
    expect(second.first).toMatchObject({
      newRows: 1,
      knownRows: 1,
      failingSince: first?.failingSince,
      samples: ['id=1', 'id=3'],
    });
    expect(second.document.findings[0].message).toContain(
      `2 of 4 rows (50 %) fail, 1 new, 1 known, failing since ${first?.failingSince}: id=1; id=3`,
    );
    await sql(database.name, 'update players set shirt = 7 where id = 1');
    expect((await check({ it })).first).toMatchObject({ newRows: 0, knownRows: 1 });
  });

  test('a run without a verdict forgets nothing; a check that asks for something else begins anew', async () => {
    await check({ it });
    await check({ it }, { integrity: { url: 'postgres://postgres@127.0.0.1:1/nowhere' } });
    expect((await check({ it })).first).toMatchObject({ newRows: 0, knownRows: 1 });
    expect((await check({ it: { ...it, max: 98 } })).first).toMatchObject({ newRows: 1, knownRows: 0 });
  });

  test('samples are keys, without addresses of mail, as many as asked for', async () => {
    const byMail = { kind: 'sql', sql: 'select email from players where email is not null', key: ['email'] };
    const { first, document } = await check({ byMail }, { argv: ['--samples', '2'] });
    expect(first?.samples).toEqual(['email=***@***', 'email=***@***']);
    expect(JSON.stringify(document)).not.toContain('example.org');
  });
});

test('a database out of reach is one finding, and no verdict', async () => {
  const url = 'postgres://postgres@127.0.0.1:1/nowhere';
  const one = { kind: 'not_null', ...players, columns: ['name'] };
  const { code, document } = await check({ one, other: one }, { integrity: { url } });
  expect(code).toBe(4);
  expect(document.findings).toMatchObject([
    { code: 'VOPS-INTEGRITY-NO-VERDICT', message: expect.stringContaining('no verdict on one, other: cannot connect') },
  ]);
});

test('--dry-run has everything planned, runs nothing and leaves nothing', async () => {
  const checks = {
    asleep: { kind: 'sql', sql: 'select id from players, pg_sleep(30)', key: ['id'] },
    wrong: { kind: 'sql', sql: 'select id frm players', key: ['id'] },
  };
  const { code, report, document } = await check(checks, { argv: ['--dry-run'] });
  expect(report).toMatchObject({
    checks: [],
    plan: {
      checks: [
        { name: 'asleep', cost: expect.any(Number), rows: expect.any(Number) },
        { name: 'wrong', cost: null },
      ],
    },
  });
  expect(document.findings).toMatchObject([
    { code: 'VOPS-INTEGRITY-NO-VERDICT', message: expect.stringContaining('syntax error') },
  ]);
  expect(code).toBe(4);
  expect(() => readFileSync(join(directory, 'state/integrity/default/check-asleep.json'))).toThrow('ENOENT');
});

test('nothing configured is neither good nor bad, and said', async () => {
  const { code, document } = await check({});
  expect({ code, status: document.status }).toEqual({ code: 0, status: 'skipped' });
  expect(document.findings).toMatchObject([{ code: 'VOPS-INTEGRITY-NONE' }]);
});

test('a name that is none is refused with the one that is meant', async () => {
  const file = configure({ 'points-recomputed': { kind: 'not_null', ...players, columns: ['name'] } });
  const { code, stderr } = await run(['integrity', 'check', '--config', file, '--only', 'points-recompute']);
  expect(code).toBe(2);
  expect(stderr).toContain('did you mean points-recomputed?');
});

test('integrity list tells how each stood last', async () => {
  const it = { kind: 'range', ...players, column: 'shirt', max: 99, warn: '1%', fail: 1, description: 'shirts' };
  await check({ it });
  const { document } = await runJson([
    'integrity',
    'list',
    '--config',
    configure({ it, never: { ...it, fail: undefined } }),
  ]);
  expect(document.result.entries).toMatchObject([
    { name: 'it', kind: 'range', warn: '1 %', fail: '1', lastState: 'failed', runs: 1, description: 'shirts' },
    { name: 'never', warn: '1 %', fail: null, lastState: null, runs: 0 },
  ]);
});

describe('a wrong configuration is refused, with the place', () => {
  test.each<[string, object, string]>([
    ['a kind that is none', { kind: 'sequel' }, 'expected a kind: sql, not_null'],
    [
      'an unknown key',
      { kind: 'sql', sql: 'select 1', key: ['id'], tabel: 'x' },
      'integrity.checks.it.tabel: unknown key',
    ],
    ['no key', { kind: 'sql', sql: 'select 1' }, 'integrity.checks.it.key: missing'],
    [
      'a share without a total',
      { kind: 'sql', sql: 'select 1 as id', key: ['id'], warn: '1%' },
      'integrity.checks.it.total: a share needs',
    ],
    [
      'a level of 0',
      { kind: 'range', ...players, column: 'shirt', max: 1, fail: 0 },
      'integrity.checks.it.fail: must be at least 1',
    ],
    ['a range without ends', { kind: 'range', ...players, column: 'shirt' }, 'integrity.checks.it.min: a range needs'],
    [
      'columns that do not pair',
      { kind: 'foreign_key', ...players, columns: ['a', 'b'], references: { table: 'teams' } },
      'as many columns',
    ],
  ])('%s', async (_, it, expected) => {
    const { code, stderr } = await run(['integrity', 'list', '--config', configure({ it })]);
    expect(code).toBe(2);
    expect(stderr).toContain(expected);
  });
});
