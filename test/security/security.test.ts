/** The review as a whole, against a real database, real files and a real server with TLS. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { generate } from 'selfsigned';
import { judgeAccess } from '../../src/lib/security/database/judge-access.js';
import { judgeRoles } from '../../src/lib/security/database/judge-roles.js';
import { judgeFiles } from '../../src/lib/security/files/judge.js';
import { sql, testServer, useDatabase } from '../support/database.js';
import { runJson, temporaryDirectory } from '../support/run.js';
import { strapiTables } from '../support/strapi-tables.js';

interface Found {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly hint?: string;
}

/** A directory whose parents let nobody else in would hide every fault: tests open it. */
function place() {
  const root = temporaryDirectory();
  chmodSync(root, 0o755);
  const backend = join(root, 'backend');
  for (const name of ['', 'logs', 'config', 'src']) mkdirSync(join(backend, name), { recursive: true, mode: 0o755 });
  writeFileSync(join(backend, '.env'), 'APP_KEYS=canary-env\n', { mode: 0o600 });
  writeFileSync(join(backend, 'package.json'), '{}');
  writeFileSync(join(backend, 'config', 'server.ts'), '');
  return { root, backend };
}

async function check(
  directories: ReturnType<typeof place>,
  only: string,
  sections: Readonly<Record<string, unknown>> = {},
) {
  const file = join(directories.root, 'config.json');
  const { root, backend } = directories;
  writeFileSync(file, JSON.stringify({ app: { root: backend }, stateDirectory: join(root, 'state'), ...sections }), {
    mode: 0o600,
  });
  const ran = await runJson(['security', 'check', '--only', only, '--config', file], { env: { HOME: root } });
  const findings: Found[] = ran.document.findings;
  return { ...ran, findings, codes: findings.map(({ code }) => code.replace('VOPS-SECURITY-', '')) };
}

const at = (name: string, rest: object = {}) => ({
  database: { ...testServer, database: name, sslmode: 'disable', ...rest },
});

describe.each(['lnk', 'links'] as const)('accounts of Strapi, tables of relations in _%s', (links) => {
  const { name } = useDatabase(strapiTables('public', links));

  test('what is wrong with them, and no secret and no whole address', async () => {
    const { document, findings, stdout } = await check(place(), 'accounts', at(name));
    const messages = findings.map(({ message }) => message);
    expect(messages).toEqual([
      expect.stringMatching(/^4 accounts are super admins, more than 3.*1 \(i…@club\.example\)/),
      expect.stringMatching(/^the invitation of account 5 \(n…@club\.example\).*open for 30 d/),
      'API token 2 (import) may do everything and never expires',
      expect.stringMatching(/^API token 3 \(old\) is 500 d.* old and never expires/),
      expect.stringMatching(/^API token 4 \(idle\) was not used for 120 d/),
      'transfer token 1 (move) may do everything and never expires',
      'everybody may, without logging in: api::team.team.update',
    ]);
    expect(document).toMatchObject({ status: 'warning', exitCode: 0 });
    expect(stdout).not.toMatch(/canary|ines@|jonas/);
  });

  test('limits of the configuration', async () => {
    const accounts = { superAdmins: 4, tokenAge: '600d', tokenUnused: '150d', invitationAge: '60d' };
    const { codes } = await check(place(), 'accounts', { ...at(name), security: { accounts } });
    expect(codes).toEqual(['TOKEN', 'TOKEN', 'PUBLIC-ACTIONS']);
  });
});

describe('databases of another kind', () => {
  const empty = useDatabase();
  const apart = useDatabase(strapiTables('strapi', 'lnk'));
  const partial = useDatabase('create table admin_users (id integer, email text)');

  test('no table of Strapi is told, and is no fault', async () => {
    const { document, codes } = await check(place(), 'accounts', at(empty.name));
    expect([document.status, codes]).toEqual(['ok', ['NOT-STRAPI']]);
  });

  test('tables in a schema of their own are found', async () => {
    expect((await check(place(), 'accounts', at(apart.name))).document.result.seen.accounts).toMatchObject({
      schema: 'strapi',
    });
  });

  test('of several schemas the one that the role looks into is taken', async () => {
    await sql(apart.name, `create schema a_copy; create table a_copy.admin_users as table strapi.admin_users`);
    await sql(apart.name, `alter database ${apart.name} set search_path = strapi`);
    expect((await check(place(), 'accounts', at(apart.name))).document.result.seen.accounts.schema).toBe('strapi');
    await sql(apart.name, `alter database ${apart.name} set search_path = a_copy`);
    expect((await check(place(), 'accounts', at(apart.name))).document.result.seen.accounts.schema).toBe('a_copy');
  });

  test('tables that are missing, or lack columns, are no crash', async () => {
    const { document } = await check(place(), 'accounts', at(partial.name));
    expect(document).toMatchObject({ status: 'ok', result: { seen: { accounts: { admins: [], apiTokens: [] } } } });
  });

  test('nobody answers: no verdict', async () => {
    const { code, findings } = await check(place(), 'accounts,database', at('x', { port: 1 }));
    expect(code).toBe(4);
    expect(findings).toMatchObject([{ severity: 'unknown', code: 'VOPS-DB-UNREACHABLE' }]);
  });
});

describe('the database', () => {
  const role = `app_${process.pid}`;
  const { name } = useDatabase();
  beforeAll(async () => {
    await sql(name, `create role ${role} login createrole valid until '2020-01-01'`);
    await sql(name, `grant pg_read_server_files to ${role}`);
    await sql(
      name,
      `create schema shared; grant create on schema shared to public;
       create table open_to_all (id integer); grant select on open_to_all to public; alter table open_to_all owner to ${role};
       create table superusers (id integer);
       alter default privileges for role ${role} grant select on tables to public;
       create function as_owner() returns integer language sql security definer as 'select 1'`,
    );
  });
  afterAll(async () => {
    await sql('postgres', `drop role ${role}`); // its database is gone by now
  });

  test('seen by a superuser: roles, pg_hba.conf, and what is open to everybody', async () => {
    const { codes, findings, document } = await check(place(), 'database', at(name));
    expect(codes).toEqual(
      expect.arrayContaining([
        'SUPERUSER',
        'CREATEROLE',
        'SERVER-RIGHTS',
        'PASSWORD-EXPIRED',
        'SCHEMA-CREATE',
        'TABLE-PUBLIC',
        'DEFAULT-GRANTS',
        'DEFINER',
      ]),
    );
    expect(codes).not.toContain('HBA-UNSEEN');
    expect(document.result.seen.database.hba.length).toBeGreaterThan(0);
    const schema = findings.find(({ code }) => code.endsWith('SCHEMA-CREATE'));
    expect(schema).toMatchObject({
      message: expect.stringContaining('shared'),
      hint: expect.stringContaining('FROM PUBLIC'),
    });
    expect(document).toMatchObject({ status: 'failed', exitCode: 1 });
  });

  test('seen by a role without rights: what it may not see is said', async () => {
    await sql('postgres', `alter role ${role} valid until 'infinity'`);
    const { document, codes } = await check(place(), 'database', at(name, { user: role }));
    expect(document.result.seen.database).toMatchObject({ hba: null, passwords: null });
    expect(codes).toContain('HBA-UNSEEN');
    expect(codes).not.toContain('PASSWORD-EXPIRED');
  });
});

describe('verdicts on ways into the database', () => {
  const settings = {
    role: 'strapi',
    database: 'x',
    ssl: true,
    listenAddresses: '*',
    passwordEncryption: 'scram-sha-256',
    clientAddress: '127.0.0.1',
    isEncrypted: false,
    readsPasswords: true,
    readsHba: true,
  };
  const grants = { creatableSchemas: [], openTables: [], defaultGrants: [], definerFunctions: [] };
  const rule = (changes: object) => ({
    line: 9,
    type: 'host',
    databases: ['all'],
    users: ['all'],
    address: '0.0.0.0',
    netmask: '0.0.0.0',
    method: 'scram-sha-256',
    error: null,
    ...changes,
  });
  const verdict = (changes: object, hba: ReturnType<typeof rule>[] = []) =>
    judgeAccess({ settings: { ...settings, ...changes }, hba, grants, extensions: [] }).map(
      ({ code, severity }) => `${severity} ${code.replace('VOPS-SECURITY-', '')}`,
    );

  test.each([
    [{ type: 'hostssl' }, []],
    [{}, ['warning HBA-NO-TLS']],
    [{ address: '127.0.0.1', netmask: '255.255.255.255' }, []],
    [{ method: 'reject' }, []],
    [{ method: 'password' }, ['error HBA-CLEARTEXT']],
    [{ method: 'password', type: 'hostssl' }, []],
    [{ method: 'trust' }, ['error HBA-TRUST']],
    [{ method: 'trust', type: 'hostssl' }, ['error HBA-TRUST']],
    [{ method: 'trust', type: 'local', address: null, netmask: null }, ['warning HBA-TRUST']],
    [{ method: 'peer', type: 'local', address: null, netmask: null }, []],
    [{ type: null, method: null, error: 'invalid connection type' }, ['warning HBA-FAULT']],
  ])('%j: %j', (changes, expected) => {
    expect(verdict({}, [rule(changes)])).toEqual(expected);
  });

  test.each([
    [{}, []],
    [{ ssl: false }, ['warning DATABASE-NO-TLS']],
    [{ ssl: false, listenAddresses: 'localhost, ::1' }, []],
    [{ ssl: false, listenAddresses: '' }, []],
    [{ clientAddress: '10.0.0.4' }, ['warning DATABASE-CLEARTEXT']],
    [{ clientAddress: '10.0.0.4', isEncrypted: true }, []],
    [{ clientAddress: null }, []],
  ])('settings %j: %j', (changes, expected) => {
    expect(verdict(changes)).toEqual(expected);
  });

  test('passwords kept as MD5, and those that will be', () => {
    const codes = (passwords: { name: string; kind: 'md5' | 'scram' }[], passwordEncryption: string) =>
      judgeRoles({ roles: [], passwords, settings: { ...settings, passwordEncryption } }, new Date()).map(
        ({ code }) => code,
      );
    expect(codes([{ name: 'a', kind: 'md5' }], 'md5')).toEqual(['VOPS-SECURITY-PASSWORD-MD5']);
    expect(codes([{ name: 'a', kind: 'scram' }], 'md5')).toEqual(['VOPS-SECURITY-PASSWORD-ENCRYPTION']);
    expect(codes([{ name: 'a', kind: 'scram' }], 'scram-sha-256')).toEqual([]);
  });
});

describe('files', () => {
  test('a sound installation', async () => {
    const { findings, document } = await check(place(), 'files');
    expect(findings).toEqual([]);
    expect(document.result.checks).toMatchObject([{ name: 'files', status: 'ok' }]);
  });

  test('open to others: secrets, code, backups', async () => {
    const directories = place();
    const { backend, root } = directories;
    chmodSync(join(backend, '.env'), 0o644);
    writeFileSync(join(backend, '.env.example'), 'APP_KEYS=\n', { mode: 0o644 });
    chmodSync(join(backend, 'config', 'server.ts'), 0o666);
    mkdirSync(join(root, 'state', 'backups'), { recursive: true });
    chmodSync(join(root, 'state'), 0o755);
    writeFileSync(join(root, '.pgpass'), '*:*:*:*:canary\n', { mode: 0o604 });
    const { findings, code } = await check(directories, 'files');
    expect(code).toBe(1);
    expect(findings).toEqual([
      {
        code: 'VOPS-SECURITY-FILE-WRITABLE',
        severity: 'error',
        message: expect.stringContaining('server.ts (mode 0666)'),
        hint: expect.stringMatching(/^chmod o-w .*server\.ts$/),
      },
      {
        code: 'VOPS-SECURITY-FILE-READABLE',
        severity: 'error',
        message: expect.stringMatching(/\.env \(mode 0644\).*\.pgpass.*state \(mode 0755\)/),
        hint: expect.stringMatching(/^chmod o-rwx /),
      },
    ]);
    expect(findings[1]?.message).not.toContain('.env.example');
  });

  test('a backend that is not here is no verdict', async () => {
    const { code, findings } = await check(place(), 'files', { app: { root: '/no/such/backend' } });
    expect(code).toBe(4);
    expect(findings).toMatchObject([{ severity: 'unknown', message: expect.stringContaining('/no/such/backend') }]);
    const directories = place();
    const file = join(directories.backend, 'package.json');
    expect(await check(directories, 'files', { app: { root: file } })).toMatchObject({ code: 4 });
  });

  test('a secret behind a closed door is safe', async () => {
    const directories = place();
    chmodSync(join(directories.backend, '.env'), 0o644);
    chmodSync(directories.root, 0o700);
    expect((await check(directories, 'files')).findings).toEqual([]);
  });

  test('links are followed to what is named, and never below it', async () => {
    const directories = place();
    const elsewhere = join(directories.root, 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o755 });
    writeFileSync(join(elsewhere, 'open'), '');
    chmodSync(join(elsewhere, 'open'), 0o666);
    symlinkSync(elsewhere, join(directories.backend, 'src', 'link'));
    symlinkSync('..', join(directories.backend, 'src', 'loop'));
    symlinkSync(elsewhere, join(directories.backend, 'dist'));
    const { findings } = await check(directories, 'files');
    expect(findings.map(({ message }) => message)).toEqual([expect.stringContaining(join('dist', 'open'))]);
  });

  test('many faults are one finding', () => {
    const files = Array.from({ length: 1_000 }, (_, index) => ({
      path: `/srv/${index}`,
      mode: 0o777,
      uid: 7,
      isDirectory: false,
      isReachable: true,
      purpose: 'code' as const,
    }));
    expect(judgeFiles(files, new Set([0]))).toMatchObject([{ message: expect.stringMatching(/and 995 more$/) }]);
  });

  test('files of a stranger', () => {
    const file = {
      path: '/srv/a',
      mode: 0o644,
      uid: 7,
      isDirectory: false,
      isReachable: true,
      purpose: 'code' as const,
    };
    expect(judgeFiles([file], new Set([0, 1]))).toMatchObject([
      { code: 'VOPS-SECURITY-FILE-OWNER', severity: 'warning' },
    ]);
    expect(judgeFiles([file], new Set([0, 7]))).toEqual([]);
  });
});

describe('the way to the backend', () => {
  async function serveTls(days: number): Promise<string> {
    const end = new Date(Date.now() + days * 86_400_000);
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], { notAfterDate: end });
    const server = createServer({ key, cert });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    return `https://localhost:${(server.address() as AddressInfo).port}`;
  }
  const closers: (() => Promise<unknown>)[] = [];
  afterAll(() => Promise.all(closers.map((close) => close())));

  test.each([
    [90, []],
    [10, ['warning VOPS-HEALTH-CERTIFICATE']],
    [1, ['error VOPS-HEALTH-CERTIFICATE']],
  ])('a certificate with %i days left', async (days, expected) => {
    const { findings } = await check(place(), 'certificates', { app: { url: await serveTls(days) } });
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual(expected);
  });

  test.each([
    ['http://localhost:1', []],
    ['http://192.0.2.1:1', ['NO-TLS']],
    ['https://localhost:1', ['CERTIFICATE']],
  ])('%s', async (url, expected) => {
    expect((await check(place(), 'certificates', { app: { url } })).codes).toEqual(expected);
  });
});

describe('access logs', () => {
  const line = (status: number) => {
    const stamp = new Date().toUTCString().replace(/^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/, '$1/$2/$3:$4 +0000');
    return `203.0.113.7 - - [${stamp}] "POST /admin/login HTTP/1.1" ${status} 1 "-" "x"\n`;
  };

  test('the proxy counts where it is named, beside what Strapi says of the same requests', async () => {
    const directories = place();
    const proxy = join(directories.root, 'nginx');
    mkdirSync(proxy);
    writeFileSync(join(proxy, 'access.log'), line(400).repeat(30) + line(200));
    const accessLog = { files: [join(proxy, 'access.log')], addresses: 'network' };
    const { codes, document } = await check(directories, 'accessLog', { security: { accessLog } });
    expect(codes).toEqual(['LOGIN-AFTER-FAILURES', 'FAILED-LOGINS']);
    expect(document.result.seen.accessLog).toMatchObject({
      failedLogins: 30,
      hasAddresses: true,
      logins: [{ address: '203.0.113.0/24' }],
    });
  });

  test('without a proxy Strapi’s own logs are read', async () => {
    const directories = place();
    const entry = { level: 'http', message: 'POST /admin/login (9 ms) 400', timestamp: new Date().toISOString() };
    writeFileSync(join(directories.backend, 'logs', 'strapi.log'), `${JSON.stringify(entry)}\n`.repeat(100));
    const { codes, document } = await check(directories, 'accessLog');
    expect(codes).toEqual(['LOGIN-FLOOD']);
    expect(document.result.seen.accessLog).toMatchObject({ failedLogins: 100, hasAddresses: false, logins: [] });
  });

  test('logs without requests, and none at all, are no verdict', async () => {
    expect(await check(place(), 'accessLog')).toMatchObject({ code: 4, codes: ['NO-REQUESTS'] });
    const absent = { security: { accessLog: { files: ['/no/such/place/access.log'] } } };
    expect(await check(place(), 'accessLog', absent)).toMatchObject({ code: 4, findings: [{ code: 'VOPS-FILE' }] });
  });
});

test('a name that is no check is refused', async () => {
  const { code, document } = await runJson(['security', 'check', '--only', 'files,acounts']);
  expect([code, document.error.message]).toEqual([2, expect.stringContaining('did you mean accounts?')]);
});
