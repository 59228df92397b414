import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maskText } from '../../src/lib/configuration/diff/mask.js';
import { compareValues } from '../../src/lib/configuration/diff/values.js';
import { createSite } from '../support/site.js';

describe('masking', () => {
  const mask = (text: string, name = 'config/x.ts') => maskText(name, text, () => '***f');

  test.each<[string, string, string]>([
    ['a property', "export default { secret: 'canary' }", "export default { secret: '***f' }"],
    ['a list', 'export default { keys: ["canary", `canary`] }', "export default { keys: ['***f', '***f'] }"],
    [
      'deeper',
      "export default { credentials: { a: { b: 'canary' } } }",
      "export default { credentials: { a: { b: '***f' } } }",
    ],
    ['a fallback', "env('JWT_SECRET', 'canary')", "env('JWT_SECRET', '***f')"],
    ['a constant', "const apiToken = 'canary';", "const apiToken = '***f';"],
    ['an assignment', "config.auth.password = 'canary';", "config.auth.password = '***f';"],
    [
      'the name of a variable stays',
      "export default { secret: env('JWT_SECRET') }",
      "export default { secret: env('JWT_SECRET') }",
    ],
    ['a comment', "// password: 'canary'\n// DB_PASSWORD=canary", "// password: '***f'\n// DB_PASSWORD=***f"],
    ['what is no secret', "export default { host: 'db', port: 1 }", "export default { host: 'db', port: 1 }"],
  ])('%s', async (_, text, expected) => {
    expect(await mask(text)).toBe(expected);
  });

  test('what may be a key, and what cannot be parsed, is not shown at all', async () => {
    expect(await mask('-----BEGIN', 'config/tls.pem')).toBeUndefined();
    expect(await mask("export default { secret: 'canary'")).toBeUndefined();
    expect(await mask('PASSWORD=canary', 'config/notes.md')).toBe('PASSWORD=***f');
  });

  test('no text below the name of a secret survives', async () => {
    const leaf = fc.constantFrom("'canary-1'", '"canary-2"', '`canary-3`');
    const expression = fc.letrec<{ value: string }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('value')).map((items) => `[${items.join(', ')}]`),
        tie('value').map((inner) => `{ a: ${inner} }`),
        tie('value').map((inner) => `wrap(${inner})`),
        tie('value').map((inner) => `env('NAME', ${inner})`),
        tie('value').map((inner) => `x ? ${inner} : ${inner}`),
      ),
    })).value;
    await fc.assert(
      fc.asyncProperty(expression, async (value) => {
        expect(await mask(`export default { password: ${value} };`)).not.toContain('canary');
      }),
    );
  });
});

test('values are compared by key; of secrets only that they differ', () => {
  const before = { a: 1, list: [1, 2], gone: { x: null }, auth: { secret: 'canary' } };
  const after = { a: 2, list: [1, 3], come: true, auth: { secret: 'canary2' } };
  expect(compareValues(before, after)).toEqual([
    { key: 'a', kind: 'changed', before: '1', after: '2' },
    { key: 'list[1]', kind: 'changed', before: '2', after: '3' },
    { key: 'gone.x', kind: 'removed', before: 'null', after: null },
    { key: 'auth.secret', kind: 'changed', before: null, after: null },
    { key: 'come', kind: 'added', before: null, after: 'true' },
  ]);
});

test('equal values have no difference, and differences are those of the other direction', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      expect(compareValues(one, one)).toEqual([]);
      const [there, back] = [compareValues(one, other), compareValues(other, one)];
      expect(back.map(({ key }) => key).sort()).toEqual(there.map(({ key }) => key).sort());
    }),
  );
});

const FILES = {
  'config/server.ts': "export default ({ env }) => ({ port: 1337, app: { keys: ['canary-key-1'] } });\n",
  'config/flags.json': '{"a": {"on": true}, "apiToken": "canary-token-1"}',
  'config/notes.md': 'one\n',
  '.env': 'PORT=1\nAPI_TOKEN_SALT=canary-salt-1\n',
};

describe('config diff', () => {
  test('between a snapshot and now: values, lines and variables, secrets never', async () => {
    const site = createSite(FILES);
    await site.run('config', 'backup', 'before');
    expect((await site.run('config', 'diff')).stdout).toMatch(
      /^OK {2}config diff: no difference between config-\S+ and now \(5 files\)/,
    );
    site.put('config/server.ts', FILES['config/server.ts'].replace('1337', '1338').replace('key-1', 'key-2'));
    site.put('config/flags.json', '{"a": {"on": false}, "apiToken": "canary-token-2"}');
    site.put('.env', 'API_TOKEN_SALT=canary-salt-2\nNEW=canary-3\n');
    site.put('config/new.ts', 'export default {};');
    site.remove('config/notes.md');
    const { document, stdout, stderr, code } = await site.runJson('config', 'diff', 'before', 'now');
    expect(code).toBe(0);
    const files = new Map(document.result.files.map((file: { path: string }) => [file.path, file]));
    expect([...files.keys()]).toEqual([
      'config/flags.json',
      'config/new.ts',
      'config/notes.md',
      'config/server.ts',
      '.env',
    ]);
    expect(files.get('config/flags.json')).toMatchObject({
      values: [
        { key: 'a.on', before: 'true', after: 'false' },
        { key: 'apiToken', kind: 'changed', before: null, after: null },
      ],
    });
    expect(files.get('config/new.ts')).toMatchObject({ kind: 'added' });
    expect(files.get('config/notes.md')).toMatchObject({ kind: 'removed' });
    expect(files.get('config/server.ts')).toMatchObject({
      lines: [
        '@@ -1,1 +1,1 @@',
        expect.stringMatching(/^-export default .* port: 1337, app: \{ keys: \['\*\*\*[0-9a-f]{4}'\]/),
        expect.stringMatching(/^\+export default .* port: 1338/),
      ],
    });
    expect(files.get('.env')).toMatchObject({
      values: [
        { key: 'NEW', kind: 'added' },
        { key: 'PORT', kind: 'removed' },
        { key: 'API_TOKEN_SALT', kind: 'changed', before: null, after: null },
      ],
    });
    expect(stdout + stderr).not.toContain('canary');
    const text = await site.run('config', 'diff');
    expect(text.stdout).toMatch(/config\/flags\.json changed\na\.on\s+changed\s+true\s+false/);
    expect(text.stdout + text.stderr).not.toContain('canary');
  });

  test('an inline secret of ours that changed is told by its key', async () => {
    const site = createSite(FILES, { database: { password: 'canary-pw-1' } });
    await site.run('config', 'backup');
    const changed = {
      app: { url: 'http://127.0.0.1:9' },
      stateDirectory: 'state',
      database: { password: 'canary-pw-2' },
    };
    writeFileSync(join(site.directory, '.monitoringrc.json'), JSON.stringify(changed));
    const { document, stdout } = await site.runJson('config', 'diff');
    expect(document.result.files).toMatchObject([
      { path: '.monitoringrc.json', values: [{ key: 'database.password', kind: 'changed' }] },
    ]);
    expect(stdout).not.toContain('canary');
  });

  test('a snapshot without our fingerprints: that secrets cannot be compared is said', async () => {
    const site = createSite(FILES);
    await site.run('config', 'backup');
    rmSync(join(site.directory, 'state/fingerprint.key'));
    const { document } = await site.runJson('config', 'diff');
    expect(document.findings).toMatchObject([{ code: 'VOPS-CONFIG-NO-FINGERPRINTS', severity: 'info' }]);
  });

  test('two environments, by what they come to', async () => {
    const site = createSite(
      {
        'config/server.ts':
          "export default ({ env }) => ({ port: env.int('NONE', 1), x: compute(), app: { keys: ['canary'] } });",
        'config/env/production/server.ts': 'export default { port: 2 };',
      },
      { environments: { production: { logs: { keepFor: '30d' } }, staging: {} } },
    );
    const { document, stdout } = await site.runJson('config', 'diff', 'env:staging', 'env:production');
    expect(document.result.files).toMatchObject([
      { path: 'settings of the backend', values: [{ key: 'server.port', before: '1', after: '2' }] },
      { path: 'values of viktoria-ops', values: [{ key: 'logs.keepFor', before: '"1w"', after: '"30d"' }] },
    ]);
    expect(stdout).not.toContain('canary');
    expect((await site.run('config', 'diff', 'env:prod')).code).toBe(2);
  });

  test('directories; a loop of links and what is no file are told, not followed', async () => {
    const site = createSite(FILES);
    const other = createSite({ ...FILES, 'config/server.ts': 'export default (' });
    symlinkSync('..', join(other.root, 'config/loop'));
    mkdirSync(join(other.root, 'config/a/b/c/d/e/f/g/h'), { recursive: true });
    const { document } = await site.runJson('config', 'diff', other.root, 'now');
    expect(document.result.files).toMatchObject([{ path: 'config/server.ts', kind: 'changed', values: [], lines: [] }]);
    expect(document.findings.map(({ message }: { message: string }) => message)).toEqual([
      expect.stringContaining('nested too deeply'),
      expect.stringContaining('loop is left out: it is a symbolic link'),
    ]);
    const inside = await site.runJson('config', 'diff', join(other.root, 'config'), join(site.root, 'config'));
    expect(inside.document.result.files).toHaveLength(1);
  });

  test('a directory beside the catalogue, whose name begins like it, is a directory', async () => {
    const site = createSite(FILES);
    await site.run('config', 'backup', 'before');
    const beside = join(site.directory, 'state/backups-look');
    expect((await site.run('backup', 'restore', 'before', '--into', beside)).code).toBe(0);
    const { document } = await site.runJson('config', 'diff', `${beside}/backend`, 'now');
    expect(document.result.files).toMatchObject([{ path: '.env', kind: 'added' }]);
    const inside = join(site.directory, 'state/backups/before');
    expect((await site.runJson('config', 'diff', inside)).document.result.files).toEqual([]);
  });

  test('a directory that is not there is called one, and no backup', async () => {
    const site = createSite(FILES);
    const gone = join(site.directory, 'old/backend');
    const { code, stderr } = await site.run('config', 'diff', gone, 'now');
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(`error: ${gone} is no directory`) });
  });

  test('nothing of this name: exit 2, and what to do', async () => {
    const { code, stderr } = await createSite(FILES).run('config', 'diff', 'nope');
    expect(code).toBe(2);
    expect(stderr).toContain('viktoria-ops backup list');
  });
});
