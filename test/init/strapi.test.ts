import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { asRoot } from '../support/only-where.js';
import { runJson, temporaryDirectory } from '../support/run.js';

/** As `create-strapi` writes them. */
const SCAFFOLD = {
  ts: `// import type { Core } from '@strapi/strapi';

export default {
  /**
   * An asynchronous register function that runs before
   * your application is initialized.
   */
  register(/* { strapi }: { strapi: Core.Strapi } */) {},

  /**
   * An asynchronous bootstrap function that runs before
   * your application gets started.
   */
  bootstrap(/* { strapi }: { strapi: Core.Strapi } */) {},
};
`,
  js: `'use strict';

module.exports = {
  /**
   * An asynchronous register function.
   */
  register(/*{ strapi }*/) {},

  bootstrap(/*{ strapi }*/) {},
};
`,
} as const;

function application(language: 'ts' | 'js', index: string | undefined, dependencies: object = {}) {
  const root = temporaryDirectory();
  mkdirSync(join(root, 'src'));
  const strapi = { '@strapi/strapi': '^5.54.0', 'viktoria-ops': '1', ...dependencies };
  writeFileSync(join(root, 'package.json'), JSON.stringify({ dependencies: strapi }));
  if (language === 'ts') writeFileSync(join(root, 'tsconfig.json'), '{}');
  if (index !== undefined) writeFileSync(join(root, `src/index.${language}`), index);
  writeFileSync(join(root, '.env'), 'APP_KEYS=a');
  chmodSync(join(root, '.env'), 0o640);
  const text = (path: string) => readFileSync(join(root, path), 'utf8');
  return { root, text };
}

const init = (root: string, ...more: string[]) => runJson(['init', 'strapi', '--root', root, ...more]);

describe('init strapi', () => {
  test.each(['ts', 'js'] as const)(
    '%s: the scaffold gets the three calls, a secret and a file of flags; once',
    async (language) => {
      const { root, text } = application(language, SCAFFOLD[language]);
      const { code, document, stdout } = await init(root);
      expect({ code, findings: document.findings }).toEqual({ code: 0, findings: [] });
      expect(document.result.isWritten).toBe(true);
      const index = text(`src/index.${language}`);
      for (const call of ['register', 'bootstrap', 'destroy']) {
        expect(index.split(`hookMonitoring.${call}({ strapi });`)).toHaveLength(2);
      }
      expect(index).toContain('An asynchronous register function');
      expect(index.startsWith("'use strict';")).toBe(language === 'js');
      const secret = /^APP_KEYS=a\nHOOK_MONITORING_SECRET=([\w-]{43})\n$/.exec(text('.env'))?.[1];
      expect(secret).toBeDefined();
      expect(stdout).not.toContain(secret);
      expect(statSync(join(root, '.env')).mode & 0o777).toBe(0o640);
      expect(JSON.parse(text('config/feature-flags.json'))).toEqual({ flags: {} });
      const again = await init(root);
      expect(again.document.result.files.map(({ action }: { action: string }) => action)).toEqual([
        'keep',
        'keep',
        'keep',
      ]);
      expect(text(`src/index.${language}`)).toBe(index);
    },
  );

  test.each(['HOOK_MONITORING_SECRET=', 'HOOK_MONITORING_SECRET="" # to be filled', '# HOOK_MONITORING_SECRET=x'])(
    'a secret that is only named gets a value: %s',
    async (line) => {
      const { root, text } = application('js', SCAFFOLD.js);
      writeFileSync(join(root, '.env'), `${line}\nAPP_KEYS=a\n`);
      const { document } = await init(root);
      expect(document.result.files[1]).toMatchObject({ action: 'change', what: 'a new HOOK_MONITORING_SECRET' });
      expect(text('.env').startsWith(`${line}\nAPP_KEYS=a\nHOOK_MONITORING_SECRET=`)).toBe(true);
      const before = text('.env');
      expect((await init(root)).document.result.files[1]).toMatchObject({ action: 'keep' });
      expect(text('.env')).toBe(before);
    },
  );

  test('what is written runs: the calls reach hook monitoring', async () => {
    const { root, text } = application('js', SCAFFOLD.js);
    await init(root);
    const called: string[] = [];
    const monitoring = Object.fromEntries(
      ['register', 'bootstrap', 'destroy'].map((name) => [name, () => void called.push(name)]),
    );
    const module = { exports: {} as Record<string, (given: object) => void> };
    const { compileFunction } = await import('node:vm');
    compileFunction(text('src/index.js'), ['module', 'require'])(module, () => monitoring);
    for (const name of ['register', 'bootstrap', 'destroy']) module.exports[name]?.({ strapi: {} });
    expect(called).toEqual(['register', 'bootstrap', 'destroy']);
  });

  test('no index: one is made; dry run: nothing is', async () => {
    const { root, text } = application('ts', undefined);
    const planned = await init(root, '--dry-run');
    expect(planned.document.result.isWritten).toBe(false);
    expect(planned.document.result.files[0]).toMatchObject({ path: 'src/index.ts', action: 'create' });
    expect([existsSync(join(root, 'src/index.ts')), text('.env')]).toEqual([false, 'APP_KEYS=a']);
    await init(root);
    expect(text('src/index.ts')).toMatch(/^import \* as hookMonitoring/);
  });

  test('an index with code of its own is left alone, with the lines to add', async () => {
    const own = SCAFFOLD.js.replace('bootstrap(/*{ strapi }*/) {}', 'bootstrap({ strapi }) { strapi.log.info(1); }');
    const { root, text } = application('js', own, { 'viktoria-ops': undefined });
    const { code, document } = await init(root);
    expect(code).toBe(0);
    expect(text('src/index.js')).toBe(own);
    expect(document.findings).toMatchObject([
      { code: 'VOPS-INIT-BY-HAND', hint: expect.stringContaining('hookMonitoring.bootstrap({ strapi });') },
      { code: 'VOPS-INIT-NOT-INSTALLED' },
    ]);
  });

  asRoot('what root writes belongs to whom the application belongs to: the backend has to read it', async () => {
    const { root } = application('js', SCAFFOLD.js);
    for (const path of ['.', 'src', 'src/index.js']) chownSync(join(root, path), 12_345, 12_346);
    chownSync(join(root, '.env'), 12_345, 23_456);
    await init(root);
    const ownersOf = (...paths: string[]) => paths.map((path) => statSync(join(root, path))).map((s) => [s.uid, s.gid]);
    expect(ownersOf('.env')).toEqual([[12_345, 23_456]]);
    expect(statSync(join(root, '.env')).mode & 0o777).toBe(0o640);
    expect(ownersOf('src/index.js', 'config', 'config/feature-flags.json')).toEqual(
      Array.from({ length: 3 }, () => [12_345, 12_346]),
    );
  });

  test('a .env that is a link, as releases share one, is not replaced', async () => {
    const { root, text } = application('js', SCAFFOLD.js);
    const shared = join(root, 'shared.env');
    renameSync(join(root, '.env'), shared);
    symlinkSync(shared, join(root, '.env'));
    const { document } = await init(root);
    expect(document.findings).toMatchObject([
      { code: 'VOPS-INIT-BY-HAND', message: expect.stringContaining('is a symbolic link') },
    ]);
    expect(document.result.files[1]).toMatchObject({ path: '.env', action: 'by hand' });
    expect(lstatSync(join(root, '.env')).isSymbolicLink()).toBe(true);
    expect(text('shared.env')).toBe('APP_KEYS=a');
    writeFileSync(shared, 'HOOK_MONITORING_SECRET=x\n');
    expect((await init(root)).document.result.files[1]).toMatchObject({ action: 'keep' });
  });

  test.each([
    ['no application', {}],
    ['Strapi 4', { '@strapi/strapi': '4.25.0' }],
  ])('%s is a wrong call', async (_name, dependencies) => {
    const root = temporaryDirectory();
    writeFileSync(join(root, 'package.json'), JSON.stringify({ dependencies }));
    const { code, document } = await init(root);
    expect(code).toBe(2);
    expect(document.error).toMatchObject({ code: 'VOPS-USAGE', hint: expect.stringContaining('--root') });
  });
});
