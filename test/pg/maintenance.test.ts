import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { OperatorError } from '../../src/lib/errors.js';
import { directSettings } from '../../src/lib/pg/direct.js';
import { qualifiedName, quoteName } from '../../src/lib/pg/identifier.js';
import type { MaintenanceSession } from '../../src/lib/pg/index.js';
import { withMaintenanceSession } from '../../src/lib/pg/maintenance.js';
import { serverVersion, sql, testServer, useDatabase } from '../support/database.js';
import { databaseConfig, databaseOptions } from '../support/pg.js';

const { name: database } = useDatabase('create table t (i int); insert into t select generate_series(1, 1000)');
const Row = z.record(z.string(), z.unknown());
const limits = (signal = new AbortController().signal) => ({ timeoutMs: 10_000, lockTimeoutMs: 1_000, signal });
const maintain = <T>(use: (session: MaintenanceSession) => Promise<T>, signal?: AbortSignal) =>
  withMaintenanceSession(databaseOptions({ database }, signal ? { signal } : {}), use);
const settingsOf = (session: MaintenanceSession) =>
  session.query({
    sql: `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock`,
    row: Row,
  });

describe('a maintenance session', () => {
  test('writes, under its own name and process, and puts its limits back', async () => {
    await maintain(async (session) => {
      const before = await settingsOf(session);
      expect(await session.execute({ sql: 'vacuum (analyze) public.t', ...limits() })).toEqual([]);
      expect(await settingsOf(session)).toEqual(before);
      const [row] = await sql(database, 'select application_name as name from pg_stat_activity where pid = $1', [
        session.pid,
      ]);
      expect(row?.name).toBe('viktoria-ops:test:0');
    });
  });

  test('hands over what the server only warns of', async () => {
    await sql(database, 'create role onlooker login; alter role onlooker set client_min_messages = error');
    try {
      const notices = await withMaintenanceSession(databaseOptions({ database, user: 'onlooker' }), (session) =>
        session.execute({ sql: 'vacuum public.t', ...limits() }),
      );
      expect(notices).toEqual([{ code: '01000', message: expect.stringContaining('t') }]);
    } finally {
      await sql('postgres', 'drop role onlooker');
    }
  });

  test('a statement over its time is ended on the server, and the session lives on', async () => {
    await maintain(async (session) => {
      const slow = session.execute({ sql: 'select pg_sleep(60)', ...limits(), timeoutMs: 100 });
      await expect(slow).rejects.toMatchObject({ code: 'VOPS-DB-TIMEOUT' });
      expect(await settingsOf(session)).toHaveLength(1);
    });
  });

  test('an abort ends the statement with its reason, and leaves the session to clear up', async () => {
    const controller = new AbortController();
    const reason = new OperatorError('VOPS-SIGTERM', 'interrupted by SIGTERM');
    await maintain(async (session) => {
      const slow = session.execute({ sql: 'select pg_sleep(60)', ...limits(controller.signal) });
      setTimeout(() => controller.abort(reason), 100);
      await expect(slow).rejects.toBe(reason);
      await expect(session.execute({ sql: 'vacuum public.t', ...limits(controller.signal) })).rejects.toBe(reason);
      expect(await session.execute({ sql: 'vacuum public.t', ...limits() })).toEqual([]);
      const active = `select 1 from pg_stat_activity where query like '%sleep(60)' and state = 'active'`;
      expect(await sql(database, active)).toEqual([]);
    }, controller.signal);
  });

  test('limits that a database has for its application do not end it', async () => {
    const limited = [[140_000, 'idle_session_timeout'] as const, [170_000, 'transaction_timeout'] as const].filter(
      ([since]) => serverVersion >= since,
    );
    for (const [, name] of limited) await sql('postgres', `alter database ${database} set ${name} = '300ms'`);
    try {
      await maintain(async (session) => {
        await new Promise((resolve) => setTimeout(resolve, 500));
        expect(await session.execute({ sql: 'select pg_sleep(0.5)', ...limits() })).toEqual([]);
        expect(await session.execute({ sql: 'vacuum public.t', ...limits() })).toEqual([]);
      });
    } finally {
      await sql('postgres', `alter database ${database} reset all`);
    }
  });

  test('a lock not to be had in time is a timeout with a hint', async () => {
    const holder = sql(database, 'begin; lock table t; select pg_sleep(1); commit');
    await maintain(async (session) => {
      const waiting = session.execute({ sql: 'reindex table public.t', ...limits(), lockTimeoutMs: 50 });
      await expect(waiting).rejects.toMatchObject({ code: 'VOPS-DB-TIMEOUT', hint: expect.stringContaining('db ') });
    });
    await holder;
  });
});

describe('database.directUrl', () => {
  test.each([
    [
      'postgres://ops:p%40ss@db.example:6000/league',
      { host: 'db.example', port: 6000, user: 'ops', database: 'league' },
    ],
    ['postgres://db.example', { host: 'db.example', port: testServer.port, user: 'postgres', database: 'postgres' }],
    ['postgresql://[::1]:5433/x?sslmode=require', { host: '::1', port: 5433, sslmode: 'require' }],
    ['postgres://localhost/x?host=/run/postgresql', { host: '/run/postgresql', database: 'x' }],
    ['postgres://localhost/x?host=/run/50%25', { host: '/run/50%', database: 'x' }],
    [
      'postgres://db/x?sslmode=verify-full&sslrootcert=/etc/ssl/db.pem',
      { sslmode: 'verify-full', sslrootcert: '/etc/ssl/db.pem' },
    ],
  ])('%s', (directUrl, expected) => {
    expect(directSettings(databaseConfig({ directUrl }))).toMatchObject(expected);
  });

  test('its password is a secret, and none leaves the other in force', () => {
    const settings = directSettings(databaseConfig({ directUrl: 'postgres://ops:p%40ss@db/x', password: 'other' }));
    expect(settings.password?.reveal()).toBe('p@ss');
    expect(JSON.stringify(settings)).not.toContain('p@ss');
    const without = directSettings(databaseConfig({ directUrl: 'postgres://db/x', password: 'other' }));
    expect(without.password?.reveal()).toBe('other');
  });
});

test.each([
  ['players', 'players'],
  ['Players', '"Players"'],
  ['user', '"user"'],
  ['we"ird; drop', '"we""ird; drop"'],
  ['1st', '"1st"'],
])('the name %s in SQL', async (name, quoted) => {
  expect(quoteName(name)).toBe(quoted);
  const [row] = await sql('postgres', `select 1 as ${quoted}`);
  expect(Object.keys(row ?? {})).toEqual([name]);
  expect(qualifiedName('public', name)).toBe(`public.${quoted}`);
});
