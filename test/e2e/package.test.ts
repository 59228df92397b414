import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { packageRoot } from '../../src/lib/package.js';
import { temporaryDirectory } from '../support/run.js';

const execute = promisify(execFile);
const app = temporaryDirectory();
const installed = join(app, 'node_modules', 'viktoria-ops');
const node = (script: string) => execute(process.execPath, ['-e', script], { cwd: app, timeout: 20_000 });

/** The package as npm would install it, without its dependencies: the bundle needs none of them. */
beforeAll(async () => {
  mkdirSync(installed, { recursive: true });
  const { stdout } = await execute('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', app], {
    cwd: packageRoot(),
  });
  await execute('tar', ['xzf', join(app, stdout.trim()), '-C', installed, '--strip-components', '1']);
}, 30_000);

describe('the package in an application', () => {
  test('has the pages that its README and its messages name', () => {
    const readme = readFileSync(join(installed, 'README.md'), 'utf8');
    const linked = [...readme.matchAll(/\]\(([\w./-]+)\)/g)].map(([, path = '']) => path);
    expect(linked).toContain('docs/alerts.md');
    const named = [...linked, 'docs/runbook.md', 'docs/configuration.md'];
    expect(named.filter((path) => !existsSync(join(installed, path)))).toEqual([]);
  });

  test('require and import give one library, with its functions', async () => {
    const { stdout } = await node(`
      const required = require('viktoria-ops/strapi');
      import('viktoria-ops/strapi').then((imported) =>
        console.log(JSON.stringify([Object.keys(required).sort(), imported.register === required.register])));`);
    expect(JSON.parse(stdout)).toEqual([
      ['bootstrap', 'destroy', 'flags', 'fromBullmq', 'register', 'registerCache', 'registerQueueSource'],
      true,
    ]);
  });

  test('nothing of the command line is loaded, and PostgreSQL only when it is asked', async () => {
    const { stdout } = await node(
      `require('viktoria-ops/strapi'); console.log(JSON.stringify(Object.keys(require.cache)))`,
    );
    const loaded: string[] = JSON.parse(stdout);
    expect(loaded.length).toBeGreaterThan(1);
    const text = loaded.map((file) => readFileSync(file, 'utf8')).join('\n');
    expect(text).not.toMatch(/node_modules\/(commander|chalk|ora|cli-table3|execa|cosmiconfig|yaml|pg)\//);
    expect(loaded.some((file) => file.endsWith('cli.js'))).toBe(false);
  });

  test('Strapi finds the plugin: kind, name, an entry in .js, and package.json itself', async () => {
    const { stdout } = await node(`
      const { strapi, exports } = require('viktoria-ops/package.json');
      const plugin = require('viktoria-ops/strapi-server').default;
      console.log(JSON.stringify([strapi.kind, strapi.name, exports['./strapi-server'], Object.keys(plugin).sort()]));`);
    const parts = ['bootstrap', 'config', 'destroy', 'register'];
    expect(JSON.parse(stdout)).toEqual(['plugin', 'hook-monitoring', './dist/strapi-server.js', parts]);
  });

  test('its types are found; under the older resolution of Strapi’s compiler see test/strapi, which is compiled by it', async () => {
    // What an application writes, and two mistakes that must be seen.
    const source = `
      import { flags, register } from 'viktoria-ops/strapi';
      register({ strapi: {} }, { secret: 'x' });
      export const isOn: boolean = flags.isEnabled('new', { key: 'user' });
      // @ts-expect-error a key is text
      flags.isEnabled('new', { key: 1 });
      // @ts-expect-error there is no such function
      register.nothing();`;
    writeFileSync(join(app, 'index.ts'), source);
    const compiler = join(packageRoot(), 'node_modules', 'typescript', 'bin', 'tsc');
    const options = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      'index.ts',
    ];
    await execute(process.execPath, [compiler, ...options], { cwd: app });
  });
});
