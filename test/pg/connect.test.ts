import { spawn } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { OperatorError } from '../../src/lib/errors.js';
import { Instant, Numeric } from '../../src/lib/pg/columns.js';
import { connectDatabase, type DatabaseOptions, withDatabase } from '../../src/lib/pg/connect.js';
import { withMaintenanceSession } from '../../src/lib/pg/maintenance.js';
import { matchPassword } from '../../src/lib/pg/password.js';
import { sql, testServer, useDatabase } from '../support/database.js';
import { databaseConfig, databaseOptions } from '../support/pg.js';
import { asking, listen, refusing, type Stub, selfSigned, tlsFront } from '../support/postgres-stub.js';
import { temporaryDirectory } from '../support/run.js';

const CANARY = 'c4nary/s+cret';
const Anything = z.record(z.string(), z.unknown());
const ask = (text: string) => ({ sql: text, row: Anything });
const select = (options: DatabaseOptions, text: string) =>
  withDatabase(options, (database) => database.query(ask(text)));

/** The error, which shows no secret however it is looked at. */
async function errorOf(work: Promise<unknown>): Promise<OperatorError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(OperatorError);
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(CANARY);
  return error as OperatorError;
}

const stubs: Stub[] = [];
async function stub<T extends Stub>(made: Promise<T>): Promise<T> {
  stubs.push(await made);
  return made;
}
afterEach(async () => {
  await Promise.all(stubs.splice(0).map(({ close }) => close()));
});

describe('a session', () => {
  const { name: database } = useDatabase('create table t (i int)');

  test('is named, limited and read-only', async () => {
    const options = databaseOptions({ database, queryTimeout: '7s' }, { applicationName: 'viktoria-ops:db health:17' });
    const settings = ['application_name', 'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
    const columns = settings.map((name) => `current_setting('${name}') as ${name}`).join(', ');
    const [row] = await select(options, `select ${columns}`);
    expect(row).toEqual({
      application_name: 'viktoria-ops:db health:17',
      statement_timeout: '7s',
      lock_timeout: '200ms',
      idle_in_transaction_session_timeout: '1min',
    });
    const refused = await errorOf(select(options, 'insert into public.t values (1)'));
    expect(refused).toMatchObject({ code: 'VOPS-DB-QUERY', message: expect.stringContaining('SQLSTATE 25006') });
  });

  test('writes when asked to', async () => {
    await select(databaseOptions({ database }, { writable: true }), 'insert into public.t values (1)');
    expect(await sql(database, 'select i from t')).toEqual([{ i: 1 }]);
  });

  test('knows the version, binds values, runs side by side, parses every row', async () => {
    await withDatabase(databaseOptions({ database }), async (connection) => {
      expect(connection.version).toBeGreaterThanOrEqual(130_000);
      const Row = z.object({ big: Numeric, exact: Numeric, at: Instant, word: z.string() });
      const rows = await connection.query(
        { sql: `select 2::bigint^40 as big, 1.5::numeric as exact, 'epoch'::timestamptz as at, $1 as word`, row: Row },
        ["it's"],
      );
      expect(rows).toEqual([{ big: 2 ** 40, exact: 1.5, at: '1970-01-01T00:00:00.000Z', word: "it's" }]);
      const many = await Promise.all([1, 2, 3, 4].map((n) => connection.query(ask(`select ${n} as n`))));
      expect(many.flat()).toEqual([1, 2, 3, 4].map((n) => ({ n })));
      const wrong = await errorOf(connection.query({ sql: 'select null as n', row: z.object({ n: Numeric }) }));
      expect(wrong).toMatchObject({ code: 'VOPS-DB-QUERY', message: expect.stringContaining('column n') });
    });
  });

  test.each([
    ['a syntax error', 'selec 1', 'VOPS-DB-QUERY', '42601'],
    ['the statement timeout', 'select pg_sleep(9)', 'VOPS-DB-TIMEOUT', 'statement timeout'],
    [
      'a session ended by someone',
      'select pg_terminate_backend(pg_backend_pid())',
      'VOPS-DB-UNREACHABLE',
      'terminating',
    ],
  ])('%s', async (_, text, code, words) => {
    const error = await errorOf(select(databaseOptions({ database, queryTimeout: '200ms' }), text));
    expect(error).toMatchObject({ code, message: expect.stringContaining(words) });
  });

  test('reads times whatever style of dates the database has', async () => {
    await sql('postgres', `alter database ${database} set datestyle = 'German, DMY'`);
    const rows = await withDatabase(databaseOptions({ database }), ({ query }) =>
      query({ sql: `select '2026-03-02T01:02:03Z'::timestamptz as at`, row: z.object({ at: Instant }) }),
    );
    expect(rows).toEqual([{ at: '2026-03-02T01:02:03.000Z' }]);
    await sql('postgres', `alter database ${database} reset datestyle`);
  });

  test('calls nothing that others have made in the schemas of the search_path; SQL of the operator finds it', async () => {
    await sql(
      database,
      `create function public.format(text, name, name) returns text language sql as $$ select 'not ours' $$;
       alter database ${database} set search_path = public, pg_catalog`,
    );
    const named = ask(`select format('%I.%I', 'a'::name, 'b'::name) as name`);
    const options = databaseOptions({ database });
    expect(await withDatabase(options, ({ query }) => query(named))).toEqual([{ name: 'a.b' }]);
    expect(await withMaintenanceSession(options, ({ query }) => query(named))).toEqual([{ name: 'a.b' }]);
    const own = databaseOptions({ database }, { ownSearchPath: true });
    expect(await withDatabase(own, ({ query }) => query(named))).toEqual([{ name: 'not ours' }]);
    await sql(database, `drop function public.format(text, name, name); alter database ${database} reset search_path`);
  });

  test('a failed query leaves the connection usable; a lost one says so at every query', async () => {
    await withDatabase(databaseOptions({ database }), async (connection) => {
      await errorOf(connection.query(ask('select 1/0')));
      const [row] = await connection.query(ask('select pg_backend_pid() as pid'));
      await sql('postgres', 'select pg_terminate_backend($1)', [row?.pid]);
      for (let again = 0; again < 2; again += 1) {
        expect(await errorOf(connection.query(ask('select 1')))).toMatchObject({ code: 'VOPS-DB-UNREACHABLE' });
      }
    });
  });

  test('waits for a lock no longer than the lock timeout', async () => {
    await withDatabase(databaseOptions({ database }, { writable: true }), async (holder) => {
      await holder.query(ask('begin'));
      await holder.query(ask('lock table public.t in access exclusive mode'));
      await withDatabase(databaseOptions({ database }), async (waiter) => {
        await waiter.query(ask(`set lock_timeout = '100ms'`));
        const error = await errorOf(waiter.query(ask('select * from public.t')));
        expect(error).toMatchObject({ code: 'VOPS-DB-TIMEOUT', message: expect.stringContaining('lock timeout') });
      });
    });
  });

  test('an abort cancels what runs on the server and gives its reason', async () => {
    const controller = new AbortController();
    const reason = new OperatorError('VOPS-SIGINT', 'interrupted');
    const applicationName = 'viktoria-ops:abort:1';
    const options = databaseOptions({ database }, { signal: controller.signal, applicationName });
    const running = errorOf(select(options, 'select pg_sleep(20)'));
    const active = `select pid from pg_stat_activity where application_name = '${applicationName}'`;
    await until(async () => (await sql('postgres', `${active} and query ~ 'pg_sleep'`)).length === 1);
    controller.abort(reason);
    expect(await running).toBe(reason);
    await until(async () => (await sql('postgres', active)).length === 0);
    expect(await errorOf(select(options, 'select 1'))).toBe(reason);
  });

  test('a backend frozen in mid-query: the client gives up by itself', async () => {
    const connection = await connectDatabase(databaseOptions({ database, queryTimeout: '300ms' }));
    const [row] = await connection.query(ask('select pg_backend_pid() as pid'));
    const pid = Number(row?.pid);
    try {
      const frozen = errorOf(connection.query(ask('select pg_sleep(20)')));
      process.kill(pid, 'SIGSTOP');
      expect(await frozen).toMatchObject({
        code: 'VOPS-DB-TIMEOUT',
        message: expect.stringContaining('did not answer'),
      });
      await connection.close();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it never came to that');
}

describe('no connection', () => {
  const withPassword = { password: CANARY, host: '127.0.0.1', connectTimeout: '300ms' };
  const connecting = (overrides: Record<string, unknown>) => errorOf(select(databaseOptions(overrides), 'select 1'));

  test('a port on which nobody listens', async () => {
    const { port, close } = await listen(() => {});
    await close();
    const error = await connecting({ ...withPassword, port });
    expect(error).toMatchObject({ code: 'VOPS-DB-UNREACHABLE', message: expect.stringContaining(`127.0.0.1:${port}`) });
    expect(error.hint).toContain('is PostgreSQL running');
  });

  test('a name that does not exist, a socket directory without a server', async () => {
    const name = await connecting({ ...withPassword, host: 'no-such-host.invalid', connectTimeout: '10s' });
    expect(name).toMatchObject({ code: 'VOPS-DB-UNREACHABLE', hint: expect.stringMatching(/host name|name service/) });
    const socket = await connecting({ ...withPassword, host: '/no/such/directory' });
    expect(socket.message).toContain('/no/such/directory/.s.PGSQL.');
  });

  test.each([
    ['starting up', '57P03', 'the database system is starting up', 'VOPS-DB-UNREACHABLE', 'try again'],
    ['full', '53300', 'sorry, too many clients already', 'VOPS-DB-UNREACHABLE', 'max_connections'],
    ['a pooler', '08P01', 'unsupported startup parameter: options', 'VOPS-DB-UNREACHABLE', 'pooler'],
    ['wrong password', '28P01', 'password authentication failed for user "x"', 'VOPS-DB-DENIED', 'password'],
    ['pg_hba.conf', '28000', 'no pg_hba.conf entry', 'VOPS-DB-DENIED', 'pg_hba.conf'],
  ])('the server refuses: %s', async (_, sqlState, text, code, hint) => {
    const { port } = await stub(refusing(sqlState, text));
    const error = await connecting({ ...withPassword, port });
    expect(error).toMatchObject({ code, hint: expect.stringContaining(hint) });
    expect(error.message).toContain(`127.0.0.1:${port}: ${text}`);
  });

  test.each([
    ['database', { database: 'no_such_database' }, 'no_such_database'],
    ['role', { user: 'no_such_role' }, 'no_such_role'],
  ])('unknown %s, for real', async (_, overrides, words) => {
    const error = await connecting({ ...overrides, password: CANARY });
    expect(error).toMatchObject({ code: 'VOPS-DB-DENIED', message: expect.stringContaining(words) });
  });

  test.each(['disable', 'prefer', 'require'])('accepts and never speaks, sslmode %s', async (sslmode) => {
    const { port } = await stub(listen(() => {}));
    const error = await connecting({ ...withPassword, port, sslmode });
    expect(error).toMatchObject({ code: 'VOPS-DB-TIMEOUT', message: expect.stringContaining('within 300 ms') });
  });

  test('says yes to TLS and never speaks it', async () => {
    const { port } = await stub(listen((socket) => socket.write('S')));
    expect(await connecting({ ...withPassword, port })).toMatchObject({ code: 'VOPS-DB-TIMEOUT' });
  });

  test('hangs up without a word', async () => {
    const { port } = await stub(listen((socket) => socket.end()));
    expect(await connecting({ ...withPassword, port })).toMatchObject({ code: 'VOPS-DB-UNREACHABLE' });
  });

  test('a black hole: a full backlog drops every SYN', async () => {
    const script = `require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
      console.log(this.address().port) })`;
    const server = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const fillers: Socket[] = [];
    try {
      const port = await new Promise<number>((resolve) => server.stdout.once('data', (text) => resolve(Number(text))));
      server.kill('SIGSTOP'); // accepts no more, but the kernel goes on listening
      let isFull = false;
      while (!isFull && fillers.length < 20) isFull = !(await connects(port, fillers));
      expect(isFull).toBe(true);
      expect(await connecting({ ...withPassword, port })).toMatchObject({ code: 'VOPS-DB-TIMEOUT' });
    } finally {
      for (const filler of fillers) filler.destroy();
      server.kill('SIGKILL');
    }
  });

  test('aborted while it waits', async () => {
    const controller = new AbortController();
    const reason = new OperatorError('VOPS-SIGTERM', 'terminated');
    const { port } = await stub(listen(() => controller.abort(reason)));
    const options = databaseOptions({ ...withPassword, port, connectTimeout: '20s' }, { signal: controller.signal });
    expect(await errorOf(connectDatabase(options))).toBe(reason);
    expect(await errorOf(connectDatabase(options))).toBe(reason);
  });
});

function connects(port: number, fillers: Socket[]): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    fillers.push(socket.on('error', () => {}));
    const timer = setTimeout(() => resolve(false), 150);
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

describe('the password', () => {
  const seen: string[] = [];
  const passwordSent = async (overrides: Record<string, unknown>, env: Record<string, string>) => {
    const { port } = await stub(asking(seen));
    const error = await errorOf(select(databaseOptions({ ...overrides, port }, { env }), 'select 1'));
    expect(error.code).toBe('VOPS-DB-DENIED');
    return { sent: seen.splice(0), error };
  };

  test('configuration, then PGPASSWORD, then the password file', async () => {
    const file = join(temporaryDirectory(), 'pgpass');
    writeFileSync(file, '*:*:*:*:from-file\n', { mode: 0o600 });
    const env = { PGPASSWORD: 'from-environment', PGPASSFILE: file };
    expect((await passwordSent({ password: CANARY }, env)).sent).toEqual([CANARY]);
    expect((await passwordSent({}, env)).sent).toEqual(['from-environment']);
    expect((await passwordSent({}, { PGPASSFILE: file })).sent).toEqual(['from-file']);
  });

  test('a password file that others can read is not used; none at all is said in words', async () => {
    const home = temporaryDirectory();
    const file = join(home, '.pgpass');
    writeFileSync(file, `*:*:*:*:${CANARY}\n`);
    chmodSync(file, 0o644);
    const exposed = await passwordSent({}, { HOME: home });
    expect(exposed.sent).toEqual([]);
    expect(exposed.error.hint).toContain(`${file} is ignored, for its mode is not 0600`);
    const none = await passwordSent({}, { HOME: temporaryDirectory() });
    expect(none.error).toMatchObject({
      message: expect.stringContaining('wants a password'),
      hint: expect.stringContaining('PGPASSWORD'),
    });
  });

  test.each([
    ['the first line that matches', 'other:5432:d:u:no\nh:5432:d:u:yes\n*:*:*:*:late', 'yes'],
    ['wildcards', 'h:*:*:u:p', 'p'],
    ['escapes', 'h:5432:d:u:a\\:b\\\\c', 'a:b\\c'],
    ['comments, empty lines, Windows line ends', '# h:5432:d:u:no\r\n\r\nh:5432:d:u:p\r\n', 'p'],
    ['no match', 'h:5433:d:u:p', undefined],
    ['too few fields', 'h:5432:d', undefined],
  ])('password file: %s', (_, text, password) => {
    expect(matchPassword(text, databaseConfig({ host: 'h', port: 5432, database: 'd', user: 'u' }))).toBe(password);
  });

  test('password file: Unix sockets stand there by their directory, or as localhost', () => {
    const config = databaseConfig({ host: '/run/postgresql', port: 5432 });
    expect(matchPassword('localhost:5432:*:*:p', config)).toBe('p');
    expect(matchPassword('/tmp:5432:*:*:q\n/run/postgresql:5432:*:*:p', config)).toBe('p');
  });
});

describe('sslmode, as libpq understands it', () => {
  let own: Awaited<ReturnType<typeof selfSigned>>;
  let foreign: Awaited<ReturnType<typeof selfSigned>>;
  beforeAll(async () => {
    const directory = temporaryDirectory();
    own = await selfSigned(directory, 'own');
    foreign = await selfSigned(directory, 'foreign');
  });

  // Verdicts of psql 15 against the same server.
  test.each([
    ['disable', '127.0.0.1', undefined, 'plain'],
    ['prefer', '127.0.0.1', undefined, 'tls'],
    ['prefer', '127.0.0.1', 'foreign', 'plain'],
    ['require', '127.0.0.1', undefined, 'tls'],
    ['require', '127.0.0.1', 'own', 'tls'],
    ['require', '127.0.0.1', 'foreign', 'VOPS-DB-UNREACHABLE'],
    ['verify-ca', '127.0.0.1', 'own', 'tls'],
    ['verify-ca', '127.0.0.1', 'foreign', 'VOPS-DB-UNREACHABLE'],
    ['verify-ca', '127.0.0.1', undefined, 'VOPS-CONFIG-INVALID'],
    ['verify-full', 'localhost', 'own', 'tls'],
    ['verify-full', '127.0.0.1', 'own', 'VOPS-DB-UNREACHABLE'],
    ['verify-full', 'localhost', 'system', 'VOPS-DB-UNREACHABLE'],
  ] as const)('%s to %s, root certificate %s: %s', async (sslmode, host, root, expected) => {
    const front = await stub(tlsFront(testServer, own));
    const file = root === 'own' ? own.file : root === 'foreign' ? foreign.file : root;
    const options = databaseOptions({ host, port: front.port, sslmode, ...(file && { sslrootcert: file }) });
    const result = await select(options, 'select 1 as one').then(
      () => front.seen.at(-1),
      (error: OperatorError) => error.code,
    );
    expect(result).toBe(expected);
  });

  test.each([
    ['prefer', 'plain'],
    ['require', 'VOPS-DB-UNREACHABLE'],
  ])('a server that fails at TLS, %s: %s', async (sslmode, expected) => {
    const front = await stub(tlsFront(testServer, 'broken'));
    const result = await select(databaseOptions({ port: front.port, sslmode }), 'select 1 as one').then(
      () => front.seen.at(-1),
      (error: OperatorError) => error.code,
    );
    expect(result).toBe(expected);
  });

  test('a server without TLS refuses those who insist', async () => {
    const error = await errorOf(select(databaseOptions({ sslmode: 'require' }), 'select 1'));
    expect(error).toMatchObject({ code: 'VOPS-DB-UNREACHABLE', hint: expect.stringContaining('sslmode') });
  });

  test('a root certificate that is not there', async () => {
    const options = databaseOptions({ sslmode: 'verify-full', sslrootcert: '/no/such/file' });
    expect(await errorOf(select(options, 'select 1'))).toMatchObject({ code: 'VOPS-CONFIG-INVALID' });
  });
});

const warnings: Error[] = [];
const remember = (warning: Error) => warnings.push(warning);
process.on('warning', remember);
afterAll(() => {
  process.off('warning', remember);
  // node-postgres's notes on stderr: on its password file, on sslmodes, on queries side by side.
  expect(warnings.filter(({ name }) => name === 'DeprecationWarning')).toEqual([]);
});
