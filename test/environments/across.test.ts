// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references look like placeholders on purpose
import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import queue from '../../src/commands/queue/status.js';
import { sideBySide } from '../../src/lib/side-by-side.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';
import { serve, serveApi } from '../support/stub-server.js';

/** A file with these environments; nothing of it is found by a search. */
function write(environments: object, base: object = {}): string {
  const directory = temporaryDirectory();
  const path = join(directory, 'config.json');
  const sections = { database: { host: directory }, stateDirectory: join(directory, 'state'), ...base, environments };
  writeFileSync(path, JSON.stringify(sections), { mode: 0o600 });
  return path;
}
const all = (config: string) => ['queue', '--env', 'all', '--config', config];
const good = () => serveApi({ '/jobs': queue.sample });
const NOWHERE = 'http://127.0.0.1:1';

describe('--env all', () => {
  test('a broken one never hides the others: one table, the worst first, one verdict', async () => {
    const config = write({
      good: { app: { url: await good() } },
      down: { app: { url: NOWHERE } },
      broken: { app: { urll: 'x' } },
      secretless: { app: { token: '${env:NOT_SET}' } },
    });
    const { code, stdout, stderr } = await run(all(config));
    expect(code).toBe(3);
    const [headline, ...rows] = stdout.split('\n');
    expect(headline).toMatch(/^PARTIAL {2}queue status: 3 of 4 environments need a look: broken failed: .*unknown key/);
    expect(rows.slice(0, 4).map((row) => row.split('\t').slice(0, 2).join(' '))).toEqual([
      'broken failed',
      'secretless failed',
      'down unknown',
      'good ok',
    ]);
    expect(stdout).toContain('error: secretless: ');
    expect(stderr).toContain('exit 3 (partial)');
  });

  test('one document: each with its status, findings, result or error', async () => {
    const config = write({ good: { app: { url: await good() } }, down: { app: { url: NOWHERE } } });
    const { code, document } = await runJson(all(config));
    expect(code).toBe(4);
    expect(document).toMatchObject({
      environment: 'all',
      status: 'unknown',
      result: {
        environments: [
          { environment: 'good', status: 'ok', result: queue.sample, findings: [{ severity: 'info' }] },
          { environment: 'down', status: 'unknown', error: { code: 'VOPS-API-UNREACHABLE' } },
        ],
      },
    });
  });

  test('formats: nagios one line, junit one case an environment, github one annotation a finding', async () => {
    const config = write({ good: { app: { url: await good() } }, down: { app: { url: NOWHERE } } });
    const nagios = await run([...all(config), '--format', 'nagios']);
    expect(nagios).toMatchObject({ code: 2, stdout: expect.stringMatching(/^QUEUE STATUS CRITICAL - 1 of 2 .*\n$/) });
    const junit = await run([...all(config), '--format', 'junit']);
    expect(junit.stdout.match(/<testcase name="(good|down)"/g)).toHaveLength(2);
    const github = await run([...all(config), '--format', 'github']);
    expect(github.stdout).toMatch(/^::warning title=viktoria-ops queue status VOPS-API-UNREACHABLE::down%3A|::down: /m);
  });

  test('quiet and well: not a byte', async () => {
    const config = write({ one: { app: { url: await good() } }, two: { app: { url: await good() } } });
    expect(await run([...all(config), '--quiet'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('secrets: each sends its own, and none blots out the words of another', async () => {
    const [first, second]: [IncomingMessage[], IncomingMessage[]] = [[], []];
    const config = write({
      one: { app: { url: await serveApi({ '/jobs': queue.sample }, first), token: 'canary-one-81' } },
      two: {
        app: {
          url: await serveApi({ '/jobs': { ...queue.sample, jobsByType: { 'canary-one-81': 1 } } }, second),
          token: 'canary-two-92',
        },
      },
      echo: {
        app: {
          url: await serve((request, response) => void response.writeHead(500).end(request.headers.authorization)),
          token: 'canary-three-7',
        },
      },
    });
    const { stdout, stderr, document } = await runJson([...all(config), '-vv']);
    expect(first.map(({ headers }) => headers.authorization)).toEqual(['Bearer canary-one-81']);
    expect(second.map(({ headers }) => headers.authorization)).toEqual(['Bearer canary-two-92']);
    expect(document.result.environments[1].result.jobsByType).toEqual({ 'canary-one-81': 1 });
    expect(stdout + stderr).not.toMatch(/canary-(two-92|three-7)/);
  });

  test('a variable that names one backend, or lets into it, is refused before anything is asked', async () => {
    const seen: IncomingMessage[] = [];
    const config = write({ one: { app: { url: await serveApi({ '/jobs': queue.sample }, seen) } } });
    const { code, stderr } = await run(all(config), { env: { VIKTORIA_OPS_TOKEN: 'canary-for-one', PGHOST: 'db1' } });
    expect(code).toBe(2);
    expect(stderr).toContain('PGHOST, VIKTORIA_OPS_TOKEN would hold for every environment alike');
    expect(stderr).not.toContain('canary');
    expect(seen).toEqual([]);
  });

  test('the deadline: those that have answered keep their answers', async () => {
    const config = write({
      good: { app: { url: await good() } },
      hung: { app: { url: await serve(() => undefined) } },
    });
    const { code, document } = await runJson([...all(config), '--deadline', '3s']);
    expect(code).toBe(124);
    expect(document.result.environments).toMatchObject([
      { environment: 'good', status: 'ok' },
      { environment: 'hung', status: 'interrupted' },
    ]);
  });
});

describe('refused with exit 2', () => {
  test.each([
    ['what changes something', ['db', 'vacuum'], 'db vacuum changes what it works on'],
    ['what is a tier', ['maintenance', 'daily'], 'maintenance daily changes what it works on'],
    ['what hands out records', ['logs', 'tail'], 'logs tail is about one environment'],
  ])('%s', async (_, words, message) => {
    const { code, stderr } = await run([...words, '--env', 'all', '--config', write({ a: {} })]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
    expect(stderr).toContain(`viktoria-ops ${words.join(' ')} --env production`);
  });

  test.each([
    ['no environments', write({}), 'no environments: '],
    ['a slip outside of them', write({ a: {} }, { app: { urll: 'x' } }), 'unknown key'],
    ['an environment of that name', write({ all: {} }), 'environments.all: not a valid name'],
    [
      'every one broken',
      write({ a: { app: { urll: 1 } }, b: { ap: {} } }),
      'no environment has a configuration that holds',
    ],
  ])('%s', async (_, config, message) => {
    const { code, stderr } = await run(all(config));
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });

  test('no file at all', async () => {
    const { code, stderr } = await run(['queue', '--env', 'all']);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no configuration file'),
    });
  });
});

test('side by side, never more than so many, in the order of the items', async () => {
  let [working, most] = [0, 0];
  const results = await sideBySide([5, 1, 4, 2, 3], 2, async (item) => {
    most = Math.max(most, ++working);
    for (let turn = 0; turn < item; turn++) await Promise.resolve();
    working -= 1;
    return item * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
  await expect(sideBySide([1], 4, () => Promise.reject(new Error('ours')))).rejects.toThrow('ours');
  expect(await sideBySide([], 4, async () => 1)).toEqual([]);
});
