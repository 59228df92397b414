import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseEnvFile } from '../../src/lib/configuration/backend/env-file.js';
import { evaluateProgram } from '../../src/lib/configuration/backend/evaluate.js';
import { isProblem, parseProgram } from '../../src/lib/configuration/backend/program.js';
import { isSecretName } from '../../src/lib/configuration/backend/secret-names.js';
import { readSettings } from '../../src/lib/configuration/backend/settings.js';
import { flatten, type Value } from '../../src/lib/configuration/backend/value.js';
import { createSite } from '../support/site.js';

async function evaluate(text: string, variables: Readonly<Record<string, string>> = {}): Promise<Value> {
  const program = await parseProgram('config/x.ts', text);
  if (isProblem(program)) throw new Error(`${program.place} ${program.what}`);
  return evaluateProgram(program, { name: 'config/x.ts', environment: new Map(Object.entries(variables)) });
}

/** Plain data; `?` for what is unknown, a trailing `…` for what is open. */
function plain(value: Value): unknown {
  if (value.kind === 'object') {
    const entries = [...value.entries].map(([key, item]) => [key, plain(item)]);
    return Object.fromEntries(value.isOpen ? [...entries, ['…', true]] : entries);
  }
  if (value.kind === 'list') return [...value.items.map(plain), ...(value.isOpen ? ['…'] : [])];
  if (value.kind === 'absent') return undefined;
  return value.kind === 'scalar' ? value.value : '?';
}

describe('what the text of a configuration file tells', () => {
  test.each<[string, string, unknown]>([
    ['a function of env', "export default ({ env }) => ({ a: env('A'), b: env('B', 'x') })", { a: 'one', b: 'x' }],
    ['CommonJS', "module.exports = ({ env }) => ({ n: env.int('N'), t: env.bool('T', false) })", { n: 7, t: true }],
    ['export =', 'export = { a: -1, b: !0, c: null, d: `text` }', { a: -1, b: true, c: null, d: 'text' }],
    ['lists', "export default { l: env.array('L'), j: env.json('J') }", { l: ['p', 'q'], j: { k: [1] } }],
    ['types', 'export default { a: [1] as const, b: 2 } satisfies Config as any', { a: [1], b: 2 }],
    ['a named constant', 'const config: Config = { a: 1 }; export default config;', { a: 1 }],
    ['a named function', 'export default load; function load({ env }) { return { a: env("A") }; }', { a: 'one' }],
    [
      'constants, spread, a computed member',
      "export default ({ env }) => { const c = env('A'); const all = { one: { x: 1 } }; return { c, ...all[c], y: 2 }; }",
      { c: 'one', x: 1, y: 2 },
    ],
    [
      'process.env and its fallback',
      "export default { a: process.env.A || 'f', b: process.env.B ?? 'f' }",
      { a: 'one', b: 'f' },
    ],
    [
      'and',
      "export default { off: env.bool('B', false) && { a: 1 }, on: env.bool('T') && { a: 1 } }",
      { off: false, on: { a: 1 } },
    ],
    [
      'a choice',
      "export default { a: process.env.A === 'one' ? 1 : 2, b: env('A') !== 'one' ? 1 : 2 }",
      { a: 1, b: 2 },
    ],
    ['a variable nobody sets', "export default { a: env('B'), b: process.env.B }", { a: '?', b: '?' }],
    [
      'what would have to run',
      'export default { a: compute(), b: [compute()], c: a + x, d() {} }',
      { a: '?', b: ['?'], c: '?', d: '?' },
    ],
    [
      'an unknown spread may replace what is before',
      'export default { a: 1, ...other, b: 2 }',
      { a: '?', b: 2, '…': true },
    ],
    ['two returns', 'export default () => { if (x) return { a: 1 }; return { a: 2 }; }', '?'],
    ['a constant of itself', 'const a = { a }; const b = b; export default { a, b };', expect.anything()],
    ['no export', 'const a = 1;', '?'],
  ])('%s', async (_, text, expected) => {
    expect(plain(await evaluate(text, { A: 'one', N: '7', T: 'true', L: '["p", "q"]', J: '{"k":[1]}' }))).toEqual(
      expected,
    );
  });

  test('every JSON value is itself', async () => {
    const key = fc.string().filter((text) => text !== '__proto__');
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constant(null),
        fc.boolean(),
        fc.integer(),
        fc.string(),
        tie('list'),
        tie('object'),
      ),
      list: fc.array(tie('value'), { maxLength: 4 }),
      object: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    })).value;
    await fc.assert(
      fc.asyncProperty(json, async (data) => {
        const value = await evaluate(`export default (${JSON.stringify(data)})`);
        expect(plain(value)).toEqual(data);
      }),
    );
  });

  test('any text is parsed or refused with a place, never more', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(...'export default({[]})=>:;,\'"`$env.\n'.split('')) }),
    );
    await fc.assert(
      fc.asyncProperty(text, async (source) => {
        const program = await parseProgram('config/x.ts', source);
        if (isProblem(program)) expect(program.place).toMatch(/^config\/x\.ts(:\d+:\d+)?$/);
        else evaluateProgram(program, { name: 'config/x.ts', environment: new Map() });
      }),
    );
  });

  test('a flood of brackets is refused', async () => {
    expect(await parseProgram('config/x.ts', '['.repeat(200_000))).toMatchObject({
      place: expect.stringContaining('config/x.ts'),
    });
  });

  test('files of the environment are laid over the others; what is made of two lists stays open', async () => {
    const files = [
      { name: 'config/server.ts', text: 'export default { a: 1, deep: { b: 1, c: 1 }, list: [1, 2] }' },
      { name: 'config/env/production/server.ts', text: 'export default { deep: { b: 2 }, list: [3] }' },
      { name: 'config/env/staging/server.ts', text: 'export default { a: 9 }' },
      { name: 'config/functions/cron.ts', text: 'export default { ignored: true }' },
      { name: 'config/types.d.ts', text: 'declare const x: 1;' },
      { name: 'config/flags.json', text: '{"on": true}' },
    ];
    const { root, problems } = await readSettings(files, new Map(), 'production');
    expect(plain(root)).toEqual({ server: { a: 1, deep: { b: 2, c: 1 }, list: [3, '…'] }, flags: { on: true } });
    expect(problems).toEqual([]);
    expect(flatten(root).map(({ key }) => key)).toContain('server.list[0]');
  });
});

test.each([
  ...['jwtSecret', 'API_TOKEN_SALT', 'APP_KEYS', 'password', 'DATABASE_URL', 'secretAccessKey', 'keys'].map(
    (name) => [name, true] as const,
  ),
  ...['keyboard', 'tokenLifetime', 'keyPrefix', 'PORT', 'host', 'salted', 'primaryKey'].map(
    (name) => [name, false] as const,
  ),
])('%s stands for a secret: %s', (name, expected) => {
  expect(isSecretName(name)).toBe(expected);
});

test('.env: values over several lines are no broken lines; a line without = is', () => {
  const { values, brokenLines } = parseEnvFile('# c\nA=1\nexport B="x\ny"\n\noops\nC=\'z\'\n');
  expect([...values.keys()]).toEqual(expect.arrayContaining(['A', 'B', 'C']));
  expect(brokenLines).toEqual([6]);
});

const SAFE = {
  'config/server.ts': "export default ({ env }) => ({ url: env('PUBLIC_URL'), app: { keys: env.array('APP_KEYS') } });",
  'config/admin.ts':
    "export default ({ env }) => ({ auth: { secret: env('ADMIN_JWT_SECRET') }, apiToken: { salt: env('API_TOKEN_SALT') }, transfer: { token: { salt: env('TRANSFER_TOKEN_SALT') } }, secrets: { encryptionKey: env('ENCRYPTION_KEY') } });",
  'config/middlewares.ts':
    "export default ['strapi::security', { name: 'strapi::cors', config: { origin: ['https://a.example'] } }];",
  'config/database.ts':
    "export default ({ env }) => ({ connection: { client: 'postgres', connection: { host: 'localhost', password: env('DATABASE_PASSWORD') } } });",
  'package.json': '{"scripts":{"start":"strapi start"}}',
  '.env': [
    'NODE_ENV=production',
    'PUBLIC_URL=https://api.example',
    ...['APP_KEYS', 'ADMIN_JWT_SECRET', 'API_TOKEN_SALT', 'TRANSFER_TOKEN_SALT', 'ENCRYPTION_KEY'].map(
      (name) => `${name}=canary-${name.toLowerCase()}-0123456789`,
    ),
    'DATABASE_PASSWORD=canary-pw-1',
  ].join('\n'),
};

const codesOf = (findings: { code: string; severity: string }[]) =>
  findings.map(({ code, severity }) => `${severity} ${code.replace('VOPS-CONFIG-', '')}`);

describe('config validate of the backend', () => {
  test('what is safe is called so, and nothing is found', async () => {
    const { code, document } = await createSite(SAFE).runJson('config', 'validate');
    expect(document.findings).toEqual([]);
    expect(code).toBe(0);
    const { settings, ...backend } = document.result.backend;
    expect(backend).toMatchObject({ nodeEnv: 'production', files: 4 });
    expect([...new Set(settings.map(({ verdict }: { verdict: string }) => verdict))]).toEqual(['safe']);
  });

  const CORS = "export default ['strapi::security', { name: 'strapi::cors', config: { origin: ORIGIN } }];";
  test.each<[string, string, string, string]>([
    ['default secret', '.env', 'APP_KEYS=toBeModified1,canary-0123456789abcd', 'error DEFAULT-SECRET'],
    ['short secret', '.env', 'API_TOKEN_SALT=abcdefgh', 'warning WEAK-SECRET'],
    [
      'one secret twice',
      '.env',
      'A_SECRET=canary-0123456789abcd\nB_SECRET=canary-0123456789abcd',
      'warning SHARED-SECRET',
    ],
    [
      'default as a fallback',
      'config/a.ts',
      "export default { secret: env('ZZ', 'changeme') }",
      'warning DEFAULT-SECRET',
    ],
    ['secret in a file', 'config/a.ts', "export default { keys: ['canary-0123456789abcd'] }", 'warning INLINE-SECRET'],
    [
      'the value of the example',
      '.env.example',
      'ADMIN_JWT_SECRET=canary-admin_jwt_secret-0123456789',
      'error DEFAULT-SECRET',
    ],
    ['debug', '.env', 'NODE_ENV=production\nDEBUG=strapi:*', 'warning DEBUG'],
    ['log level', 'config/logger.ts', "export default { level: 'debug' }", 'warning DEBUG'],
    ['statements', 'config/database.ts', 'export default { connection: { debug: true } }', 'warning DEBUG'],
    [
      'playground',
      'config/plugins.ts',
      'export default { graphql: { config: { playgroundAlways: true } } }',
      'warning DEBUG',
    ],
    ['develop', 'package.json', '{"scripts":{"start":"strapi develop"}}', 'warning DEVELOP-MODE'],
    ['any origin', 'config/middlewares.ts', CORS.replace('ORIGIN', "['*']"), 'warning CORS'],
    [
      'any origin by default',
      'config/middlewares.ts',
      "export default ['strapi::security', 'strapi::cors']",
      'warning CORS',
    ],
    ['origin unknown', 'config/middlewares.ts', CORS.replace('ORIGIN', 'allowed()'), 'info UNTOLD'],
    ['no headers', 'config/middlewares.ts', "export default ['strapi::query']", 'warning NO-SECURITY-HEADERS'],
    [
      'a header less',
      'config/middlewares.ts',
      "export default [{ name: 'strapi::security', config: { contentSecurityPolicy: false } }]",
      'warning NO-SECURITY-HEADERS',
    ],
    ['http', 'config/server.ts', "export default { url: 'http://api.example' }", 'warning BACKEND-HTTP'],
    ['no certificates', '.env', 'NODE_TLS_REJECT_UNAUTHORIZED=0', 'error TLS-UNVERIFIED'],
    ['no rate limit', 'config/admin.ts', 'export default { rateLimit: { enabled: false } }', 'warning NO-RATE-LIMIT'],
    [
      'database in the clear',
      'config/database.ts',
      "export default ({ env }) => ({ connection: { connection: { host: 'db.example', connectionString: env('NONE'), ssl: env.bool('SSL', false) } } })",
      'warning BACKEND-DATABASE-PLAINTEXT',
    ],
    [
      'database not verified',
      'config/database.ts',
      "export default { connection: { connection: { host: 'db.example', ssl: { rejectUnauthorized: false } } } }",
      'warning BACKEND-DATABASE-UNVERIFIED',
    ],
    ['broken TypeScript', 'config/server.ts', 'export default {\n  a: "canary\n};', 'error SYNTAX'],
    ['broken JSON', 'config/flags.json', '{"a": 1,}', 'error SYNTAX'],
    ['broken .env', '.env', 'NODE_ENV=production\ncanary words', 'error SYNTAX'],
    ['broken package.json', 'package.json', '{', 'error SYNTAX'],
  ])('%s', async (_, name, content, expected) => {
    const { document, stdout, stderr } = await createSite({ ...SAFE, [name]: content }).runJson('config', 'validate');
    expect(codesOf(document.findings)).toContain(expected);
    expect(stdout + stderr).not.toContain('canary');
  });

  test('rights, another NODE_ENV than ours, and who may relax', async () => {
    const site = createSite(
      { ...SAFE, '.env': 'NODE_ENV=development\nAPP_KEYS=toBeModified1' },
      { environments: { production: {}, development: {} } },
    );
    site.put('.env', 'NODE_ENV=development\nAPP_KEYS=toBeModified1', 0o644);
    site.put('config/server.ts', SAFE['config/server.ts'], 0o666);
    const live = await site.runJson('config', 'validate', '--env', 'production');
    expect(codesOf(live.document.findings)).toEqual(
      expect.arrayContaining(['error DEFAULT-SECRET', 'warning UNSAFE', 'warning NODE-ENV']),
    );
    expect(live.code).toBe(1);
    const relaxed = await site.runJson('config', 'validate', '--env', 'development');
    expect(codesOf(relaxed.document.findings)).toEqual(expect.arrayContaining(['warning DEFAULT-SECRET']));
    expect(relaxed.code).toBe(0);
  });

  test('a loop of links is not followed, and what cannot be read is told', async () => {
    const site = createSite(SAFE);
    symlinkSync('.', join(site.root, 'config/loop'));
    expect((await site.runJson('config', 'validate')).code).toBe(0);
    mkdirSync(join(site.directory, 'other'));
    writeFileSync(join(site.directory, 'other/config'), 'no directory');
    const file = createSite({}, { app: { root: join(site.directory, 'other') } });
    const { document, code } = await file.runJson('config', 'validate');
    expect(codesOf(document.findings)).toContain('error UNREADABLE');
    expect(code).toBe(1);
  });

  test('by hand: the verdict first, each setting with its place', async () => {
    const { stdout } = await createSite({ ...SAFE, 'config/middlewares.ts': "export default ['strapi::cors'];" }).run(
      'config',
      'validate',
    );
    expect(stdout).toMatch(/^WARNING {2}config validate: /);
    expect(stdout).toMatch(/middlewares strapi::cors origin\s+risky\s+config\/middlewares\.ts:1/);
  });
});
