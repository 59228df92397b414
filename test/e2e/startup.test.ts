/**
 * What short commands load, for that is what they cost: counted, not timed, so that it holds on every machine. A test that
 * fails here asks for an `await import()` where the new thing is used, or for a schema that is built when it is needed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { packageRoot } from '../../src/lib/package.js';

const dist = join(packageRoot(), 'dist');
const directory = mkdtempSync(join(tmpdir(), 'viktoria-ops-startup-'));
const config = join(directory, 'config.json');

beforeAll(() => {
  const nowhere = { host: '127.0.0.1', port: 9 };
  const rules = [{ name: 'slow', condition: 'hooks.averageExecutionTime > 1s', severity: 'warning' }];
  const sections = {
    app: { url: 'http://127.0.0.1:9', root: directory },
    database: nowhere,
    alerting: { channels: { slack: { webhook: 'http://127.0.0.1:9/' } }, defaultRules: false, rules },
    stateDirectory: join(directory, 'state'),
  };
  writeFileSync(config, JSON.stringify(sections), { mode: 0o600 });
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Loads and runs as `bin/` does; the postprocessor of zod's configuration is told of each schema that is made. */
const COUNT = `
  const [dist, ...argv] = process.argv.slice(1);
  let schemas = 0;
  globalThis.__zod_globalConfig = { postProcessor: () => schemas++ };
  const { createLoader } = require(dist + '/boot.js');
  const loader = createLoader(dist);
  loader.load(dist + '/cli.js').main(argv, process).then(() => {
    const builtins = process.moduleLoadList.flatMap((name) => /^NativeModule (\\w+)$/.exec(name)?.[1] ?? []);
    require('node:fs').writeFileSync(3, JSON.stringify({ schemas, builtins, files: loader.loaded() }));
  });`;

interface Loaded {
  /** Schemas built. */
  readonly schemas: number;
  readonly kilobytes: number;
  readonly builtins: readonly string[];
}

async function load(...argv: readonly string[]): Promise<Loaded> {
  const env = { PATH: '/usr/bin:/bin', HOME: directory, VIKTORIA_OPS_CONFIG: config };
  const child = spawn(process.execPath, ['-e', COUNT, dist, ...argv], {
    env,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const { schemas, builtins, files } = JSON.parse(await text(child.stdio[3] as Readable));
  const bytes = files.map((file: string) => statSync(file).size).reduce((sum: number, size: number) => sum + size, 0);
  return { schemas, builtins, kilobytes: Math.round(bytes / 1000) };
}

/** A tenth above what they were when this was written. */
test.each([
  ['--version', { schemas: 0, kilobytes: 185, without: ['child_process', 'http', 'dns', 'zlib'] }],
  ['health', { schemas: 860, kilobytes: 1000, without: ['child_process', 'zlib', 'worker_threads'] }],
  ['alerts check', { schemas: 1150, kilobytes: 960, without: ['dns', 'zlib', 'worker_threads'] }],
  ['maintenance daily', { schemas: 2400, kilobytes: 1850, without: ['worker_threads'] }],
])('%s', async (command, { schemas, kilobytes, without }) => {
  const loaded = await load(...command.split(' '));
  expect(loaded.schemas).toBeLessThanOrEqual(schemas);
  expect(loaded.kilobytes).toBeLessThanOrEqual(kilobytes);
  expect(loaded.builtins.filter((name) => without.includes(name))).toEqual([]);
  if (schemas > 0) expect(loaded.schemas).toBeGreaterThan(0); // they are counted
});

test.each([
  ['never comes back', 'new Promise(() => {})', 70],
  ['comes back', 'Promise.resolve(4)', 4],
])('the exit code of a program that %s', (_, outcome, expected) => {
  const copy = mkdtempSync(join(directory, 'package-'));
  mkdirSync(join(copy, 'dist'));
  cpSync(join(packageRoot(), 'bin'), join(copy, 'bin'), { recursive: true });
  writeFileSync(join(copy, 'dist', 'boot.js'), `exports.boot = () => ({ main: () => ${outcome} });`);
  expect(spawnSync(process.execPath, [join(copy, 'bin', 'viktoria-ops.js')]).status).toBe(expected);
});
