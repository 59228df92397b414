/** The commands that read the hook-monitoring API, as an operator calls them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import errorsRecent from '../../src/commands/errors/recent.js';
import health from '../../src/commands/health.js';
import performance from '../../src/commands/performance/summary.js';
import queue from '../../src/commands/queue/status.js';
import { freePort } from '../../src/lib/demo/postgres.js';
import { testServer } from '../support/database.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';
import { serve, serveApi } from '../support/stub-server.js';

const sample = errorsRecent.sample.groups[0];
const hookError = (message: string) => ({
  timestamp: '2026-11-23T02:58:03.871Z',
  contentType: 'api::team.team',
  operation: 'beforeUpdate',
  errorType: 'TypeError',
  message,
  outcome: sample?.outcome,
  executionTime: 12,
});
const answers = {
  '/health': health.sample.overview,
  '/performance': performance.sample.performance,
  '/errors/count/24h': 101,
  '/errors/recent': [hookError('Team 41 fails'), hookError('Team 42 fails')],
  '/jobs': { ...queue.sample, queueSize: 51 },
};

/** `--config` with a file for this address and the test's database. */
function configured(url: string, sections: Readonly<Record<string, object>> = {}): string[] {
  const file = join(temporaryDirectory(), 'config.json');
  const content = {
    ...sections,
    app: { url, ...sections.app },
    database: { host: '127.0.0.1', port: testServer.port, user: 'postgres', database: 'postgres' },
    kpis: { memoryUsage: { target: 1, warning: 1, critical: 1 }, diskUsage: { target: 1, warning: 1, critical: 1 } },
    health: { loadPerProcessor: { warning: 1000 } },
  };
  writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
  return ['--config', file];
}

test.each<[string[], number, RegExp]>([
  [['performance'], 0, /^OK\s+performance summary: 1204 hook runs in 24h, mean 34 ms, 0\.25 % failed, answered in /],
  [['errors'], 0, /^WARNING\s+errors count: 101 hook runs failed in the last 24h \(warning above 100\)\n/],
  [['errors', '--fail-on', 'warning'], 1, /^WARNING\s+errors count: 101/],
  [['errors', 'recent'], 0, /^OK\s+errors recent: 2 errors of one kind; .*: Team # fails\n2\t/],
  [['queue'], 0, /^WARNING\s+queue status: 51 jobs wait, the oldest for 8\.5 s; 42 processed a minute, 3 failed\n/],
])('%j ends with %i', async (argv, code, text) => {
  const ran = await run([...argv, ...configured(await serveApi(answers))]);
  expect(ran.stdout).toMatch(text);
  expect(ran.code).toBe(code);
});

describe('health', () => {
  test('one document, exit 0', async () => {
    const url = await serveApi({ ...answers, '/jobs': { ...queue.sample, failedJobs: 0 } });
    const { code, document, stderr } = await runJson(['health', ...configured(url)]);
    expect({ code, status: document.status, findings: document.findings, stderr }).toEqual({
      code: 0,
      status: 'ok',
      findings: [],
      stderr: '',
    });
    expect(health.result.parse(document.result)).toEqual(document.result);
  });

  test('an application that is not there: exit 4, and the reason once', async () => {
    const ran = await run(['health', ...configured(`http://127.0.0.1:${await freePort()}`)]);
    expect(ran.code).toBe(4);
    expect(ran.stdout).toMatch(
      /^UNKNOWN\s+health: application: 127\.0\.0\.1:\d+ refused the connection: nothing listens there; also network unknown\n/,
    );
    expect(ran.stdout.match(/^unknown: .*refused the connection/gm)).toHaveLength(1);
  });
});

describe('text from the backend cannot act on the terminal (F39)', () => {
  const hostile = 'a\u001b[2Jb\u001b]52;c;aGk=\u0007c\rd\u202ee\u0000f\u009bg\u2028h::error::i';

  test.each([[{}], [{ stdoutIsTerminal: true }]])('in results, with %j', async (options) => {
    const at = configured(await serveApi({ '/errors/recent': [hookError(hostile)] }));
    const ran = await run(['errors', 'recent', '--no-color', ...at], options);
    expect(ran.code).toBe(0);
    expect(ran.stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e\u2028]/);
    expect(ran.stdout).toContain('\\x1b');
  });

  test('in the excerpt of a wrong answer; the token is not in it', async () => {
    const token = 'token-0123456789';
    const url = await serve((_, response) => {
      response.setHeader('content-type', 'application/json').end(`${hostile} ${token} ${'x'.repeat(1000)}`);
    });
    const at = configured(url, { app: { token } });
    const ran = await run(['queue', '-vv', ...at], {});
    expect(ran.code).toBe(4);
    expect(ran.stderr).toContain('\\x1b[2J');
    expect(ran.stdout + ran.stderr).not.toMatch(/[\u001b\r\u0000\u202e]|token-0123/);
    const json = await runJson(['queue', ...at]);
    expect(json.document.error.code).toBe('VOPS-API-UNEXPECTED');
    expect(json.stdout).not.toContain('token-0123');
  });
});

test('a deadline of the whole run ends a call that would wait longer', async () => {
  const url = await serve(() => undefined);
  const ran = await run(['queue', '--deadline', '200ms', ...configured(url)]);
  expect(ran.code).toBe(124);
});

test('a wrong window is a wrong call: nothing is asked', async () => {
  const ran = await run(['errors', 'count', '--window', 'yesterday', ...configured('http://127.0.0.1:9')]);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain('expected a window such as 1h, 24h or 7d');
});
