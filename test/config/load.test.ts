// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references look like placeholders on purpose
import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { searchPlaces } from '../../src/lib/config/discover.js';
import { type Config, describeOrigin, loadConfig } from '../../src/lib/config/index.js';
import { RULES } from '../../src/lib/configuration/rules.js';
import { OperatorError } from '../../src/lib/errors.js';
import { createRedactor, type Redactor } from '../../src/lib/redact.js';

const PASSWORD = 'canary-Pw9';

let directory: string;
let redactor: Redactor;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vo-config-'));
  redactor = createRedactor();
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function put(name: string, content: string | Uint8Array | object, mode = 0o600): Promise<string> {
  const path = join(directory, name);
  await mkdir(dirname(path), { recursive: true });
  const isText = typeof content === 'string' || content instanceof Uint8Array;
  await writeFile(path, isText ? content : JSON.stringify(content, null, 2));
  await chmod(path, mode);
  return path;
}

type Environment = Readonly<Record<string, string>>;
interface How {
  readonly env?: Environment;
  readonly flags?: { readonly config?: string; readonly env?: string };
  readonly cwd?: string;
}

const load = ({ env = {}, flags = {}, cwd = directory }: How = {}): Promise<Config> =>
  loadConfig({ flags, env, cwd, redactor });

/** Loads a file of this content and returns the error it ends in. */
async function failure(name: string, content: string | Uint8Array | object, how: How = {}): Promise<OperatorError> {
  const config = await put(name, content);
  return failureOf(load({ ...how, flags: { ...how.flags, config } }));
}

async function failureOf(loading: Promise<unknown>): Promise<OperatorError> {
  const error = await loading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof OperatorError) return error;
  throw new Error(`expected an OperatorError, got ${String(error)}`);
}

describe('without any configuration', () => {
  test("the guide's defaults hold", async () => {
    const config = await load({ env: { HOME: directory, XDG_STATE_HOME: '/srv/state' } });
    expect(config).toMatchObject({
      environment: 'default',
      file: undefined,
      app: { url: 'http://localhost:1337', root: join(directory, 'backend') },
      database: { host: 'localhost', port: 5432, user: 'strapi', database: 'viktoria_wertheim' },
      logs: { directory: join(directory, 'backend/logs'), rotateAbove: 100e6, keepFor: 7 * 86_400_000 },
      backup: { directory: '/srv/state/viktoria-ops/backups' },
      stateDirectory: '/srv/state/viktoria-ops',
      warnings: [],
    });
  });
});

describe('precedence', () => {
  const file = { database: { host: 'file', port: 1 }, environments: { staging: { database: { port: 2 } } } };

  test.each<[string, How, object]>([
    ['file over default', {}, { host: 'file', port: 1, user: 'strapi' }],
    ['environment section over file', { flags: { env: 'staging' } }, { host: 'file', port: 2 }],
    ['variable over both', { flags: { env: 'staging' }, env: { PGPORT: '3', PGUSER: 'me' } }, { port: 3, user: 'me' }],
    ['an empty variable counts as unset', { env: { PGHOST: '' } }, { host: 'file' }],
  ])('%s', async (_, how, database) => {
    await put('.monitoringrc.json', file);
    expect((await load(how)).database).toMatchObject(database);
  });

  test('--config > VIKTORIA_OPS_CONFIG > directory upward > XDG', async () => {
    const at = async (name: string) => put(name, { app: { root: `/${name}` } });
    const flag = await at('flag.json');
    const variable = await at('variable.yaml');
    await at('project/.monitoringrc.yml');
    await at('xdg/viktoria-ops/config.json');
    await mkdir(join(directory, 'project/deep/er'), { recursive: true });
    const cwd = join(directory, 'project/deep/er');
    const env = { VIKTORIA_OPS_CONFIG: variable, XDG_CONFIG_HOME: join(directory, 'xdg') };
    const rootOf = async (how: How) => (await load(how)).app.root;
    expect(await rootOf({ cwd, env, flags: { config: flag } })).toBe('/flag.json');
    expect(await rootOf({ cwd, env })).toBe('/variable.yaml');
    expect(await rootOf({ cwd, env: { ...env, VIKTORIA_OPS_CONFIG: '' } })).toBe('/project/.monitoringrc.yml');
    expect(await rootOf({ env: { XDG_CONFIG_HOME: env.XDG_CONFIG_HOME } })).toBe('/xdg/viktoria-ops/config.json');
  });

  test('an XDG directory that is empty or relative is ignored', () => {
    const placesWith = (env: Environment) => searchPlaces(env, '/a/b').map((place) => place.directory);
    const project = ['/a/b', '/a', '/'];
    const home = '/home/me/.config/viktoria-ops';
    expect(placesWith({ HOME: '/home/me', XDG_CONFIG_HOME: '' })).toEqual([...project, home, '/etc/viktoria-ops']);
    expect(placesWith({ HOME: '/home/me', XDG_CONFIG_HOME: 'rel' })).toEqual([...project, home, '/etc/viktoria-ops']);
    expect(placesWith({})).toEqual([...project, '/etc/viktoria-ops']);
  });

  test('every value knows where it comes from', async () => {
    const config = await put(
      'c.yaml',
      'app:\n  root: /srv\ndatabase:\n  port: 1\nenvironments:\n  live:\n    app:\n      url: https://x.de\n',
    );
    const { origins } = await load({ flags: { config, env: 'live' }, env: { PGHOST: 'db' } });
    const origin = await origins();
    const seen = (...path: string[]) => describeOrigin(origin(path));
    expect(seen('app', 'root')).toBe(`${config}:2`);
    expect(seen('database', 'port')).toBe(`${config}:4`);
    expect(seen('app', 'url')).toBe(`${config}:8 (live)`);
    expect(seen('database', 'host')).toBe('$PGHOST');
    expect(seen('database', 'user')).toBe('default');
  });

  test('relative paths count from the file, those of variables from the working directory', async () => {
    const config = await put('etc/c.json', {
      app: { root: '../app' },
      backup: { directory: 'b' },
      stateDirectory: 's',
    });
    const env = { PGSSLROOTCERT: 'ca.pem' };
    expect(await load({ flags: { config }, env, cwd: '/etc' })).toMatchObject({
      app: { root: join(directory, 'app') },
      logs: { directory: join(directory, 'app/logs') },
      backup: { directory: join(directory, 'etc/b') },
      stateDirectory: join(directory, 'etc/s'),
      database: { sslrootcert: '/etc/ca.pem' },
    });
  });
});

describe('the state directory', () => {
  const home = process.getuid?.() === 0 ? '/var/lib/viktoria-ops' : '/home/me/.local/state/viktoria-ops';
  test.each<[string, Environment, string]>([
    ['variable of ours', { VIKTORIA_OPS_STATE_DIRECTORY: '/a', STATE_DIRECTORY: '/b' }, '/a'],
    ["systemd's", { STATE_DIRECTORY: '/b:/c', XDG_STATE_HOME: '/d' }, '/b'],
    ["XDG's", { XDG_STATE_HOME: '/d', HOME: '/home/me' }, '/d/viktoria-ops'],
    ['a relative XDG is ignored', { XDG_STATE_HOME: 'd', HOME: '/home/me' }, home],
    ["root's or the user's", { HOME: '/home/me' }, home],
  ])('%s', async (_, env, expected) => {
    expect((await load({ env })).stateDirectory).toBe(expected);
  });
});

test('the example at the top level is valid in each of its environments', async () => {
  const config = fileURLToPath(new URL('../../../.monitoringrc.example.json', import.meta.url));
  const CREDENTIALS_DIRECTORY = join(directory, 'credentials');
  await put('credentials/api-token', 'token-1');
  await put('credentials/database-password', 'password-1');
  const env = {
    CREDENTIALS_DIRECTORY,
    VIKTORIA_OPS_API_TOKEN: 'token-0',
    DATABASE_PASSWORD: 'password-0',
    SLACK_WEBHOOK_URL: 'https://hooks.example.com/0',
    SMTP_PASSWORD: 'smtp-0',
    HEARTBEAT_URL: 'https://ping.example.com/0',
    BACKUP_PUBLIC_KEY: 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
    S3_ACCESS_KEY_ID: 'key-0',
    S3_SECRET_ACCESS_KEY: 'secret-0',
  };
  for (const name of [undefined, 'development', 'staging', 'production']) {
    const flags = { config, ...(name === undefined ? {} : { env: name }) };
    const loaded = await load({ flags, env });
    expect(loaded).toMatchObject({ environment: name ?? 'default', warnings: [] });
    const facts = { missingDirectories: new Set<string>() };
    expect(RULES.flatMap((rule) => rule(loaded, facts))).toEqual([]);
  }
});

describe("the guide's own documents load as they stand", () => {
  test('alerting, JSON', async () => {
    const config = await put(
      'alerting.json',
      await readFile(new URL('../../../test/config/guide-alerting.json', import.meta.url)),
    );
    const { alerting, warnings } = await load({ flags: { config } });
    expect(alerting.rules.map(({ name, cooldown }) => [name, cooldown / 1000])).toEqual([
      ['application-down', 300],
      ['high-error-rate', 900],
      ['slow-hooks', 1800],
    ]);
    expect(alerting.channels.email?.smtp.auth?.pass.reveal()).toBe('app_password');
    expect(warnings).toEqual([]);
  });

  test('incidents, YAML', async () => {
    const config = await put(
      'incidents.yaml',
      await readFile(new URL('../../../test/config/guide-incidents.yaml', import.meta.url)),
    );
    const { incidents } = await load({ flags: { config } });
    expect(incidents?.map(({ name, actions }) => [name, actions.length])).toEqual([
      ['application-down', 3],
      ['high-error-rate', 3],
      ['database-slow', 3],
    ]);
  });
});

describe('what is wrong is said with its place, and nothing of it is quoted', () => {
  test.each<[string, string, string | Uint8Array, string]>([
    [
      'JSON cut short',
      'c.json',
      `{"database": {"password": "${PASSWORD}"`,
      ':1:39 not valid JSON: the file ends too early',
    ],
    ['JSON, comma missing', 'c.json', `{\n"password": "${PASSWORD}"\n"a": 1}`, ':3:1 not valid JSON: Expected'],
    [
      'JSON, bare word',
      'c.json',
      `{"database": {\n  "password": ${PASSWORD}}}`,
      ':2:15 not valid JSON: unexpected character',
    ],
    ['JSON, comment', 'c.json', `{ // ${PASSWORD}\n}`, ':1:3 not valid JSON'],
    ['YAML in a .json', 'c.json', `password: ${PASSWORD}`, ':1:1 not valid JSON'],
    ['empty JSON', 'c.json', '', ':1:1 the file is empty'],
    [
      'YAML, quote not closed',
      'c.yaml',
      `database:\n  password: "${PASSWORD}\n  port: 1\n`,
      ':4:1 something is missing',
    ],
    ['YAML, tab', 'c.yaml', `database:\n\tpassword: ${PASSWORD}\n`, ':2:1 indented with a tab'],
    ['YAML, no space after the colon', 'c.yaml', `database:\n  password:${PASSWORD}\n  port: 1\n`, ':2:3 '],
    [
      'YAML, the same in braces',
      'c.yaml',
      `database: {password:${PASSWORD}}\n`,
      ':1:12 database.password…: unknown key',
    ],
    ['YAML, tag', 'c.yaml', `database:\n  password: !!js/function "${PASSWORD}"\n`, ':2:13 tags'],
    ['two documents', 'c.yaml', `app: {}\n---\n# ${PASSWORD}\napp: {}\n`, ':2:1 more than one document'],
    [
      'duplicate key',
      'c.json',
      `{"app": {"root": "a",\n"root": "${PASSWORD}"}}`,
      ':2:1 root: this key stands here a second time',
    ],
    ['a list', 'c.yaml', `- ${PASSWORD}\n`, ':1:1 expected sections'],
    ['not UTF-8', 'c.yaml', Buffer.from([0x61, 0xff, 0xfe]), ' not UTF-8 text'],
    [
      '__proto__',
      'c.json',
      `{"__proto__": {"polluted": "${PASSWORD}"}}`,
      ':1:2 __proto__: a key of this name is refused',
    ],
    ['constructor, deep', 'c.yaml', `environments:\n  live:\n    constructor: ${PASSWORD}\n`, ':3:5 constructor: '],
    [
      'wrong type',
      'c.json',
      `{"database": {"port": "${PASSWORD}"}}`,
      ':1:23 database.port: expected a number, got text',
    ],
    [
      'a number as password',
      'c.yaml',
      'database:\n  password: 12345678\n',
      ':2:13 database.password: expected text, got a number',
    ],
    ['no unit', 'c.yaml', 'logs:\n  keepFor: 7\n', ':2:12 logs.keepFor: expected a duration with its unit'],
    [
      'longer than a timer takes',
      'c.yaml',
      'database:\n  queryTimeout: 25d\n',
      ':2:17 database.queryTimeout: expected 24d at most',
    ],
    [
      'longer than the server pauses',
      'c.yaml',
      'database:\n  maintenance: {vacuumCostDelay: 1s}\n',
      ':2:34 database.maintenance.vacuumCostDelay: expected 100ms at most',
    ],
    [
      'unknown choice',
      'c.yaml',
      `database: {sslmode: ${PASSWORD}}`,
      ':1:21 database.sslmode: expected one of disable, prefer',
    ],
    [
      'half-typed URL',
      'c.yaml',
      `app: {url: "http:/user:${PASSWORD}@host"}`,
      ':1:12 app.url: expected an http:// or https://',
    ],
    [
      'postgres typo',
      'c.yaml',
      `database: {directUrl: "postgres//u:${PASSWORD}@h/d"}`,
      ':1:23 database.directUrl: expected postgres://',
    ],
    [
      'postgres address with a bare %',
      'c.yaml',
      `database: {directUrl: "postgres://u:${PASSWORD}100%sure@h/d"}`,
      ':1:23 database.directUrl: expected %25 for a %',
    ],
    [
      'postgres address with a mode that is none',
      'c.yaml',
      `database: {directUrl: "postgres://u:${PASSWORD}@h/d?sslmode=verify-ful"}`,
      ':1:23 database.directUrl: expected sslmode to be one of disable, prefer, require, verify-ca, verify-full',
    ],
    [
      'missing key',
      'c.yaml',
      'alerting:\n  channels:\n    email:\n      recipients: [a@b.c]\n',
      ':4:7 alerting.channels.email.smtp: missing',
    ],
    [
      'form of a union',
      'c.yaml',
      `logs:\n  reopen: {signal: ${PASSWORD}, pidFile: x}\n`,
      ':2:20 logs.reopen.signal: expected one of SIGHUP',
    ],
    ['name of an environment', 'c.yaml', 'environments:\n  "9 lives": {}\n', ':2:3 environments.9…: not a valid name'],
  ])('%s', async (...[, name, content, expected]) => {
    const error = await failure(name, content);
    expect(error.code).toBe('VOPS-CONFIG-INVALID');
    expect(error.message).toContain(join(directory, name) + expected);
    expect(`${error.message} ${error.hint}`).not.toContain(PASSWORD);
  });

  test('nor is any other limit taken that no timer can keep', async () => {
    const limits = { maintenance: { stepTimeout: '30d' }, app: { timeout: '52w' }, backup: { timeout: '24d' } };
    const { message } = await failure('c.json', limits);
    expect(message).toContain('maintenance.stepTimeout: expected 24d at most');
    expect(message).toContain('app.timeout: expected 24d at most');
    expect(message).not.toContain('backup');
  });

  test('all problems at once, an unknown key with a suggestion', async () => {
    const { message } = await failure(
      'c.yaml',
      'databse: {}\ndatabase:\n  pasword: x\n  port: 0\nsecurity:\n  strict: yes\n',
    );
    const file = join(directory, 'c.yaml');
    expect(message.split('\n').map((line) => line.replace(file, ''))).toEqual([
      '4 problems in the configuration:',
      ':4:9 database.port: must be at least 1',
      ':3:3 database.pasword: unknown key; did you mean "password"?',
      ':6:11 security.strict: expected true or false, got text',
      ':1:1 databse: unknown key; did you mean "database"?',
    ]);
  });

  test('a slip in another environment shows at its own line, whichever is chosen', async () => {
    const content = 'database:\n  port: 5432\nenvironments:\n  live:\n    database:\n      port: abc\n      hots: x\n';
    const error = await failure('c.yaml', content, {});
    expect(error.message).toContain('c.yaml:6:13 environments.live.database.port: expected a number');
    expect(error.message).toContain('c.yaml:7:7 environments.live.database.hots: unknown key; did you mean "host"?');
  });

  test('an unknown environment is a usage error that names the known ones', async () => {
    const error = await failure(
      'c.json',
      { environments: { production: {}, staging: {} } },
      { flags: { env: 'prodution' } },
    );
    expect(error).toMatchObject({ code: 'VOPS-USAGE', hint: 'did you mean --env production?' });
    expect(error.message).toContain('has production, staging');
    expect((await failureOf(load({ flags: { env: 'live' } }))).code).toBe('VOPS-USAGE');
  });

  test('a bad variable is named', async () => {
    const error = await failureOf(
      load({ env: { PGPORT: 'abc', VIKTORIA_OPS_URL: 'localhost:1337', PGSSLMODE: 'yes' } }),
    );
    expect(error.code).toBe('VOPS-CONFIG-INVALID');
    expect(error.message).toContain('$PGPORT database.port: expected a number, got text');
    expect(error.message).toContain('$VIKTORIA_OPS_URL app.url: expected an http:// or https:// address');
    expect(error.message).toContain('$PGSSLMODE database.sslmode: expected one of');
  });

  test('nothing is polluted', async () => {
    await failure('c.yaml', 'app: &a {__proto__: {polluted: 1}}\nlogs: *a\n');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('files that are no configuration', () => {
  test.each<[string, (path: string) => unknown, string]>([
    ['a directory', (path) => mkdir(path), 'not a regular file'],
    ['a FIFO', (path) => execFileSync('mkfifo', [path]), 'not a regular file'],
    ['a sparse gigabyte', async (path) => [await writeFile(path, ''), await truncate(path, 2 ** 30)], 'larger than'],
  ])('%s is refused at once, named or found', async (_, make, expected) => {
    const path = join(directory, '.monitoringrc.json');
    await make(path);
    for (const flags of [{ config: path }, {}]) {
      const error = await failureOf(load({ flags }));
      expect(error.code).toBe('VOPS-CONFIG-INVALID');
      expect(error.message).toContain(expected);
    }
  });

  test('a missing one is named; a program is never taken', async () => {
    expect(await failureOf(load({ flags: { config: 'absent.json' } }))).toMatchObject({
      code: 'VOPS-CONFIG-NOT-FOUND',
      message: `no configuration file ${join(directory, 'absent.json')}`,
    });
    expect((await failure('c.js', 'process.exit(1)')).message).toContain('is a .json, .yaml, .yml file');
    expect((await failureOf(load({ flags: { config: '' } }))).code).toBe('VOPS-USAGE');
    await symlink('/dev/zero', join(directory, 'device.json'));
    expect((await failureOf(load({ flags: { config: 'device.json' } }))).message).toContain('not a regular file');
  });

  test.each<[string, string]>([
    [
      'nine levels of nine',
      Array.from(
        { length: 9 },
        (_, n) =>
          `a${n}: &a${n} [${Array<string>(9)
            .fill(n ? `*a${n - 1}` : 'x')
            .join(', ')}]`,
      ).join('\n'),
    ],
    ['itself', 'app: &a\n  root: *a\n'],
    ['brackets', '['.repeat(100_000)],
    ['closed brackets', `app: ${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['dashes', '- '.repeat(60_000)],
    ['aliases without end', Array.from({ length: 3000 }, (_, n) => `a${n}: &a${n} 1\nb${n}: *a${n}`).join('\n')],
    ['commas', `[${','.repeat(30_000)}]`],
    ['keys', Array.from({ length: 12_000 }, (_, n) => `k${n}: 1`).join('\n')],
  ])('an alias bomb or depth: %s', async (_, content) => {
    const started = performance.now();
    expect((await failure('c.yaml', content)).code).toBe('VOPS-CONFIG-INVALID');
    expect(performance.now() - started).toBeLessThan(4000); // alone about 0.5 s; never minutes
  });

  test('CRLF, a byte order mark, comments and an empty YAML are fine', async () => {
    await put('.monitoringrc.yaml', '\ufeff# mine\r\ndatabase:\r\n  host: db\r\n');
    expect((await load()).database.host).toBe('db');
    await put('.monitoringrc.yaml', '# nothing yet\n');
    expect((await load()).database.host).toBe('localhost');
    const config = await put('c.json', '\ufeff{"database":\r\n{"host": "db"}}');
    expect((await load({ flags: { config } })).database.host).toBe('db');
  });
});

describe('the search', () => {
  test('runs and obeys nothing but JSON and YAML', async () => {
    const bait = `require('fs').writeFileSync(${JSON.stringify(join(directory, 'ran'))}, ''); module.exports = { searchPlaces: ['evil.json'], database: { host: 'evil' } };`;
    for (const name of [
      '.config/config.js',
      '.config/config.cjs',
      '.monitoringrc.js',
      '.monitoringrc.cjs',
      'viktoria-ops.config.js',
    ]) {
      await put(name, bait);
    }
    await put('evil.json', { database: { host: 'evil' } });
    await put('package.json', {
      cosmiconfig: { searchPlaces: ['evil.json'] },
      'viktoria-ops': { database: { host: 'evil' } },
    });
    // Cosmiconfig would look into the working directory of the process.
    const script = `import(${JSON.stringify(import.meta.resolve('../../src/lib/config/index.js'))})
      .then(({ loadConfig }) => loadConfig({ flags: {}, env: {}, cwd: process.cwd(), redactor: { add() {} } }))
      .then(({ database, file }) => console.log(database.host, String(file)));`;
    expect(execFileSync(process.execPath, ['-e', script], { cwd: directory }).toString()).toBe('localhost undefined\n');
    await expect(readFile(join(directory, 'ran'))).rejects.toThrow('ENOENT');
  });

  test('does not follow $import, and reports an empty JSON instead of passing over it', async () => {
    await put('.monitoringrc.json', { $import: './other.json' });
    await put('other.json', { database: { host: 'evil' } });
    expect((await failureOf(load())).message).toContain('unknown key');
    await put('.monitoringrc.json', '');
    expect((await failureOf(load())).message).toContain('the file is empty');
  });

  test('two files side by side: the first holds, and a warning says so', async () => {
    await put('.monitoringrc.json', { database: { host: 'json' } });
    await put('.monitoringrc.yaml', 'database: {host: yaml}');
    const { database, warnings } = await load();
    expect(database.host).toBe('json');
    expect(warnings.map(({ code }) => code)).toEqual(['VOPS-CONFIG-AMBIGUOUS']);
  });

  test('passes over what others could have written, with a warning', async () => {
    const path = await put('.monitoringrc.json', { database: { host: 'evil' } });
    await chmod(directory, 0o777);
    const hint = `to use it all the same: --config ${path}`;
    const passedOver = [expect.objectContaining({ code: 'VOPS-CONFIG-PASSED-OVER', hint })];
    expect(await load()).toMatchObject({ file: undefined, warnings: passedOver });
    await chmod(directory, 0o700);
    await chmod(path, 0o666);
    expect(await load()).toMatchObject({ file: undefined, warnings: passedOver });
    await chmod(path, 0o600);
    expect((await load()).database.host).toBe('evil');
    if (process.getuid?.() !== 0) return; // only root can give files away
    await chown(path, 12345, 12345);
    expect(await load()).toMatchObject({ file: undefined, warnings: passedOver });
    expect((await load({ flags: { config: path } })).database.host).toBe('evil');
  });
});

describe('secrets', () => {
  test('written out for another environment count as well', async () => {
    const content = 'environments:\n  live:\n    alerting: {channels: {slack: {webhook: "https://hooks.example/x"}}}\n';
    const config = await put('c.yaml', content, 0o604);
    const [warning] = (await load({ flags: { config } })).warnings;
    expect(warning?.message).toContain('holds environments.live.alerting.channels.slack.webhook');
  });

  test('come from variables, files and systemd; one newline is cut', async () => {
    await put('token', 'tok en\n\n');
    await put('credentials/slack', 'https://hooks.example/abc\r\n');
    const config = await put('c.json', {
      app: { token: '${file:token}' },
      database: { password: 'a${env:DB_PASSWORD}z', user: '$${plain}' },
      alerting: { channels: { slack: { webhook: '${credential:slack}' } } },
    });
    const env = { DB_PASSWORD: PASSWORD, CREDENTIALS_DIRECTORY: join(directory, 'credentials') };
    const loaded = await load({ flags: { config }, env });
    expect(loaded.app.token?.reveal()).toBe('tok en\n');
    expect(loaded.database.password?.reveal()).toBe(`a${PASSWORD}z`);
    expect(loaded.database.user).toBe('${plain}');
    expect(loaded.alerting.channels.slack?.webhook.reveal()).toBe('https://hooks.example/abc');
    expect(redactor.text(`a${PASSWORD}z ${encodeURIComponent('tok en\n')} https://hooks.example/abc`)).toBe(
      '*** *** ***',
    );
    expect(JSON.stringify(loaded)).not.toMatch(/canary|tok en|hooks\.example/);
  });

  test('the password inside a secret address is a secret as well', async () => {
    const config = await put('c.json', { database: { directUrl: 'postgres://u:p%40ssw%C3%B6rd@h/d' } });
    await load({ flags: { config } });
    expect(redactor.text('p@sswörd or p%40ssw%C3%B6rd')).toBe('*** or ***');
  });

  test.each<[string, string, string]>([
    ['a variable that is not set', '${env:ABSENT}', '${env:ABSENT}: the variable is not set'],
    ['one that is empty', '${env:EMPTY}', '${env:EMPTY} is empty'],
    ['a missing file', '${file:/absent/file}', 'cannot read /absent/file: no such file or directory'],
    ['a directory', '${file:.}', 'not a regular file'],
    ['no systemd', '${credential:x}', 'systemd set no CREDENTIALS_DIRECTORY'],
  ])('%s is VOPS-SECRET-MISSING', async (_, reference, expected) => {
    const error = await failure('c.json', { database: { password: reference } }, { env: { EMPTY: '' } });
    expect(error.code).toBe('VOPS-SECRET-MISSING');
    expect(error.message).toContain(`c.json:3:17 database.password: `);
    expect(error.message).toContain(expected);
  });

  test.each(['${DB_PASSWORD}', '${env:DB_PASSWORD', '${envv:X}', '${env:}', 'x${'])(
    'half-typed %s is refused',
    async (text) => {
      const error = await failure('c.json', { database: { password: text } }, { env: { DB_PASSWORD: PASSWORD } });
      expect(error).toMatchObject({
        code: 'VOPS-CONFIG-INVALID',
        message: expect.stringContaining('begins no reference'),
      });
    },
  );

  test('a credential cannot be looked for elsewhere', async () => {
    await put('secret', PASSWORD);
    const env = { CREDENTIALS_DIRECTORY: join(directory, 'credentials') };
    const error = await failure('c.json', { app: { token: '${credential:../secret}' } }, { env });
    expect(error.message).toContain('not the name of a credential');
  });

  test('only the chosen environment must have its secrets, and a variable makes one needless', async () => {
    const config = await put('c.json', {
      database: { password: '${env:BASE}' },
      environments: { live: { app: { url: '${env:LIVE_URL}', token: '${env:LIVE}' } } },
    });
    expect((await load({ flags: { config }, env: { BASE: 'base' } })).app.token).toBeUndefined();
    const error = await failureOf(
      load({ flags: { config, env: 'live' }, env: { PGPASSWORD: 'x', LIVE_URL: 'http://x' } }),
    );
    expect(error.message).toMatch(
      /^\S+c\.json:9:18 environments\.live\.app\.token: \$\{env:LIVE\}: the variable is not set$/,
    );
  });

  test('what a reference resolves to is checked, and not shown', async () => {
    const error = await failure('c.json', { app: { url: '${env:URL}' } }, { env: { URL: `http//x:${PASSWORD}@y` } });
    expect(error.message).toMatch(/c\.json:3:12 app\.url: expected an http:\/\/ or https:\/\/ address$/);
  });

  test('inline in a file others can read: a warning, or exit 2 when strict', async () => {
    const content = (strict: boolean) => ({
      security: { strict },
      database: { password: PASSWORD },
      app: { token: '${env:T}' },
    });
    const config = await put('c.json', content(false), 0o644);
    const env = { T: 'token' };
    expect((await load({ flags: { config }, env })).warnings).toEqual([
      {
        code: 'VOPS-CONFIG-UNSAFE',
        severity: 'warning',
        message: `${config} (mode 644) can be read by other users and holds database.password`,
        hint: `chmod 600 ${config}, or write references such as \${env:NAME} instead`,
      },
    ]);
    await put('c.json', content(true), 0o640);
    const error = await failureOf(load({ flags: { config }, env }));
    expect(error.code).toBe('VOPS-CONFIG-UNSAFE');
    expect(error.message).not.toContain(PASSWORD);
    await put('c.json', content(true), 0o600);
    expect((await load({ flags: { config }, env })).warnings).toEqual([]);
  });
});
