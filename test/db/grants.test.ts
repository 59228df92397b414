import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { statementsFor } from '../../src/lib/db/grants/statements.js';
import { Grants } from '../../src/lib/db/grants.js';
import type { Check } from '../../src/lib/doctor/check.js';
import {
  diagnoseBackup,
  diagnoseMaintenance,
  rightsToBackUp,
  rightsToInspect,
  rightsToMaintain,
} from '../../src/lib/doctor/checks/rights.js';
import { sql, testServer, useDatabase } from '../support/database.js';
import { maintenanceOf, pgOf } from '../support/pg.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

const prefix = `Ops "${process.pid}"`;
const owner = `strapi_${process.pid}`;
const roles = ['inspect', 'maintain', 'backup'].map((purpose) => `${prefix}_${purpose}`);
const [inspect = '', maintain = '', backup = ''] = roles;
const { name: database } = useDatabase();
const env = (user: string) => ({
  PGHOST: testServer.host,
  PGPORT: String(testServer.port),
  PGUSER: user,
  PGDATABASE: database,
  XDG_STATE_HOME: temporaryDirectory(),
});
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** As a role: what it may do, and what not. */
async function as(role: string, statement: string): Promise<string> {
  const client = new pg.Client({ ...testServer, database, user: role });
  await client.connect();
  try {
    await client.query(statement);
    return 'done';
  } catch (error) {
    return String((error as { code?: string }).code);
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  await sql('postgres', `create role ${owner} login; alter database ${database} owner to ${owner}`);
  await sql(
    database,
    `set role ${owner}; create schema "Odd ""one"; create table "Odd ""one"."Players" (id serial primary key, n text)`,
  );
  await sql(
    database,
    `set role ${owner}; create schema club; create table club.matches (id serial primary key, day int); insert into club.matches (day) select generate_series(1, 5000)`,
  );
  await sql(
    database,
    'create extension amcheck; create extension pgstattuple; create extension pg_stat_statements; analyze',
  );
  const { stdout, code } = await run(['db', 'grants', '--prefix', prefix], { env: env('postgres') });
  expect(code).toBe(0);
  await sql(database, stdout);
  await sql(database, stdout); // it can be run again
});
// What they own and were granted went with the database.
afterAll(async () => {
  for (const role of [...roles, owner])
    await sql('postgres', `drop owned by ${quoted(role)}; drop role ${quoted(role)}`);
});

describe('the roles on this server', () => {
  test('who has but a temporary table is no owner whose rights anybody needs', async () => {
    const stranger = `stranger_${process.pid}`;
    await sql('postgres', `create role ${stranger} login`);
    const session = new pg.Client({ ...testServer, database, user: stranger });
    await session.connect();
    try {
      await session.query('create temp table mine (i int)');
      const { code, stdout } = await run(['db', 'grants', '--prefix', prefix], { env: env('postgres') });
      expect({ code, names: stdout.includes(stranger) }).toEqual({ code: 0, names: false });
    } finally {
      await session.end();
      await sql('postgres', `drop role ${stranger}`);
    }
  });

  test('looking: every inspection is complete, and nothing can be written', async () => {
    for (const command of ['health', 'indexes', 'slow-queries', 'stats', 'locks']) {
      const { code, document } = await runJson(['db', command], { env: env(inspect) });
      const unseen = document.findings.filter(({ severity }: { severity: string }) => severity === 'unknown');
      expect({ command, code, unseen }).toEqual({ command, code: 0, unseen: [] });
    }
    expect(await as(inspect, 'insert into club.matches (day) values (1)')).toBe('25006');
    expect(await as(inspect, 'begin read write; insert into club.matches (day) values (1)')).toBe('42501');
    expect(await as(inspect, `select bt_index_check('club.matches_pkey')`)).toBe('done');
    expect(await as(inspect, 'vacuum club.matches')).toBe('done'); // with no more than a warning
    const { code } = await runJson(['db', 'vacuum', '--table', 'club.matches'], { env: env(inspect) });
    expect(code).toBe(1);
  });

  test('maintaining: VACUUM, ANALYZE and REINDEX are seen to be done', async () => {
    for (const argv of [
      ['vacuum', '--all'],
      ['analyze', '--all'],
      ['reindex', '--table', 'matches'],
    ]) {
      const { code, document } = await runJson(['db', ...argv], { env: env(maintain) });
      expect({ argv, code, done: document.result?.totals.done > 0 }).toEqual({ argv, code: 0, done: true });
    }
    // What is bloated is known by the statistics of columns.
    for (const argv of [['reindex'], ['optimize', '--apply']]) {
      const { code, document } = await runJson(['db', ...argv], { env: env(maintain) });
      const unseen = document.findings.filter(({ severity }: { severity: string }) => severity === 'unknown');
      expect({ argv, code, unseen }).toEqual({ argv, code: 0, unseen: [] });
    }
  });

  test('backing up: a dump of everything, and nothing else', async () => {
    expect(
      await as(backup, 'begin; lock table club.matches in access share mode; select * from club.matches; commit'),
    ).toBe('done');
    expect(await as(backup, `select * from "Odd ""one"."Players"; select last_value from club.matches_id_seq`)).toBe(
      'done',
    );
    expect(await as(backup, 'delete from club.matches')).toBe('25006');
    const [server] = await sql(database, `select current_setting('server_version_num')::int / 10000 as major`);
    const dump = `/usr/lib/postgresql/${String(server?.major)}/bin/pg_dump`;
    const dumped = spawnSync(
      dump,
      ['-h', testServer.host, '-p', String(testServer.port), '-U', backup, '-d', database, '-w'],
      { encoding: 'utf8', timeout: 20_000 },
    );
    if (dumped.error === undefined) {
      expect(dumped.stderr).toBe('');
      expect(dumped.stdout).toContain('CREATE TABLE "Odd ""one"."Players"');
    } else expect(server?.major).not.toBe(15); // the matrix has servers without their clients
  });

  test('doctor tries each right', async () => {
    const examine = async (check: Check, user: string) => {
      const context = {
        pg: pgOf({ database, user }),
        maintenance: maintenanceOf({ database, user }),
        signal: new AbortController().signal,
      };
      return check.examine({ context: context as never, server: Promise.resolve({} as never) });
    };
    expect(await examine(rightsToInspect, inspect)).toMatchObject({
      status: 'ok',
      message: 'pg_stat_statements and pgstattuple can be read',
    });
    expect(await examine(rightsToMaintain, maintain)).toMatchObject({ status: 'ok' });
    expect(await examine(rightsToBackUp, backup)).toMatchObject({ status: 'ok' });
    const other = `nobody_${process.pid}`;
    await sql('postgres', `create role ${other} login`);
    try {
      expect(await examine(rightsToInspect, other)).toMatchObject({
        status: 'warning',
        message: expect.stringContaining('pgstattuple'),
      });
      expect(await examine(rightsToMaintain, other)).toMatchObject({
        status: 'warning',
        message: expect.stringContaining('2 of 2 tables: "Odd ""one"."Players", club.matches'),
      });
      expect(await examine(rightsToBackUp, other)).toMatchObject({
        status: 'warning',
        fix: expect.stringContaining('db grants'),
      });
    } finally {
      await sql('postgres', `drop role ${other}`);
    }
    await sql(database, 'alter table club.matches enable row level security');
    const hidden = await runJson(['db', 'indexes'], { env: env(inspect) });
    expect(hidden.code).toBe(4);
    expect(hidden.document.findings).toEqual([
      expect.objectContaining({
        code: 'VOPS-DB-STATISTICS-HIDDEN',
        message: expect.stringContaining('of 1 of 2 tables'),
        hint: expect.stringMatching(/^as a superuser: ALTER ROLE .* BYPASSRLS \(row security holds for 1 of them\)$/),
      }),
    ]);
    expect(await examine(rightsToBackUp, backup)).toMatchObject({
      status: 'warning',
      fix: expect.stringContaining('BYPASSRLS'),
    });
    const again = await run(['db', 'grants', '--prefix', prefix], { env: env('postgres') });
    await sql(database, again.stdout);
    expect(await examine(rightsToBackUp, backup)).toMatchObject({ status: 'ok' });
    for (const role of [inspect, maintain])
      expect((await runJson(['db', 'indexes'], { env: env(role) })).document.findings).toEqual([]);
    await sql(database, 'alter table club.matches disable row level security');
  });
});

describe('a server that warns', () => {
  const { name: loud } = useDatabase(`
    create function said(int) returns int immutable language plpgsql as $$
      begin raise warning 'database must be vacuumed within 39000000 transactions'; return $1; end $$;
    create table noisy (i int);
    create index on noisy (said(i))`);

  test('has not refused what it did', async () => {
    await sql(loud, 'insert into noisy select generate_series(1, 10)');
    const context = { pg: pgOf({ database: loud }), maintenance: maintenanceOf({ database: loud }) };
    const signal = new AbortController().signal;
    const subject = { context: { ...context, signal } as never, server: Promise.resolve({} as never) };
    expect(await rightsToMaintain.examine(subject)).toMatchObject({ status: 'ok' });
  });
});

describe('where a superuser owns tables, too', () => {
  const { name: mixed } = useDatabase('create table of_an_extension (i int)');

  test('the role that maintains does not become one', async () => {
    await sql(mixed, `create table club (i int); alter table club owner to ${owner}`);
    const { code, stdout } = await run(['db', 'grants'], { env: { ...env('postgres'), PGDATABASE: mixed } });
    expect({ code, isOne: stdout.includes('GRANT postgres TO') }).toEqual({ code: 0, isOne: false });
  });
});

describe('for a version', () => {
  const statements = (version: number) =>
    statementsFor(
      {
        version: version * 10_000,
        database: 'd',
        owners: ['strapi'],
        superusers: [],
        schemas: ['public'],
        hasRowSecurity: false,
        checkFunctions: [],
      },
      'ops',
    ).map(({ sql: statement }) => statement);

  test.each([13, 14, 15, 16, 17, 18])('%i', (version) => {
    const all = statements(version).join('\n');
    expect(all.includes('pg_read_all_data')).toBe(version >= 14);
    expect(all.includes('ALTER DEFAULT PRIVILEGES FOR ROLE strapi IN SCHEMA public GRANT SELECT ON TABLES')).toBe(
      version < 14,
    );
    expect(all.includes('GRANT pg_maintain')).toBe(version >= 17);
    expect(all.includes('GRANT pg_read_all_data TO ops_maintain')).toBe(version >= 17);
    expect(all.includes('GRANT strapi TO ops_maintain')).toBe(version < 17);
    expect(all).not.toMatch(/SUPERUSER|PASSWORD/);
  });

  test('--server-version asks no server', async () => {
    const { code, document } = await runJson(['db', 'grants', '--server-version', '16'], {
      env: { ...env('postgres'), PGPORT: '1' },
    });
    expect(code).toBe(0);
    expect(Grants.parse(document.result)).toEqual(document.result);
    expect(document.result).toMatchObject({ version: 16, database: null });
    expect((await run(['db', 'grants', '--server-version', '9'], { env: env('postgres') })).code).toBe(2);
  });
});

test('what a role lacks is named, and mended', () => {
  const rights = {
    role: 'r',
    tables: 9,
    notMaintained: ['a.b', 'a.c', 'a.d'],
    notMaintainedCount: 5,
    owners: ['Own er'],
  };
  expect(diagnoseMaintenance(rights)).toMatchObject({
    message: 'role r may not maintain 5 of 9 tables: a.b, a.c, a.d, …',
    fix: expect.stringContaining('run maintenance as "Own er", or:'),
  });
  expect(diagnoseMaintenance({ ...rights, notMaintainedCount: 0 }).status).toBe('ok');
  expect(diagnoseBackup({ role: 'r', unreadable: [], unreadableCount: 0, rowSecured: ['a.b'] })).toMatchObject({
    status: 'warning',
  });
});
