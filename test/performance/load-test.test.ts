/** Load, real, against servers of this test. */
import type { EventEmitter } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import loadTest from '../../src/commands/performance/load-test.js';
import health from '../../src/commands/performance/summary.js';
import { judgeLoad } from '../../src/lib/performance/load-test/judge.js';
import { protectionOf } from '../../src/lib/performance/load-test/protection.js';
import { run, temporaryDirectory } from '../support/run.js';
import { configOf, serve } from '../support/stub-server.js';

const { performance } = health.sample;
const overview = {
  status: 'healthy',
  uptime: 60,
  version: '1.0.0',
  lastRestart: '2026-11-23T03:00:00.000Z',
  activeConnections: 1,
  checks: [],
};

interface Given {
  readonly environment?: string;
  readonly listener: RequestListener;
}

/** A backend with hook monitoring; everything else is up to `listener`. */
const backend = ({ environment = 'test', listener }: Given) =>
  serve((request, response) => {
    const answers: Readonly<Record<string, unknown>> = {
      '/api/hook-monitoring/health': { ...overview, environment },
      '/api/hook-monitoring/performance': performance,
    };
    const answer = answers[(request.url ?? '').replace(/\?.*/, '')];
    if (answer === undefined) return listener(request, response);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer));
  });

function operator(url: string, sections: object = {}, onWorld?: (world: EventEmitter) => void) {
  const directory = temporaryDirectory();
  const config = join(directory, 'config.json');
  writeFileSync(config, JSON.stringify({ app: { url }, ...sections }), { mode: 0o600 });
  return async (line: string) => {
    const argv = ['performance', 'load-test', ...line.split(' ').filter(Boolean), '--config', config, '--json'];
    const ran = await run(argv, { cwd: directory, ...(onWorld && { onWorld }) });
    return { ...ran, document: JSON.parse(ran.stdout) };
  };
}

test.each<[string, string, string, boolean]>([
  ['http://localhost:1337', 'development', 'default', false],
  ['http://127.0.0.5', 'test', 'default', false],
  ['http://[::1]:1337', '', 'default', false],
  ['http://backend.localhost', '', 'default', false],
  ['http://localhost:1337', 'production', 'default', true],
  ['http://localhost:1337', 'development', 'production', true],
  ['https://staging-api.viktoria-wertheim.de', 'staging', 'staging', false],
  ['https://api.test2.example.org', '', 'default', false],
  ['https://api.viktoria-wertheim.de', 'staging', 'default', true],
  ['https://contest.example.org', '', 'default', true],
  ['https://192.0.2.7', '', 'default', true],
  ['https://127.example.org', '', 'default', true],
  ['https://viktoria-wertheim.dev', '', 'default', true],
  ['https://api.viktoria-wertheim.qa.', '', 'default', true],
  ['https://dev.viktoria-wertheim.dev', '', 'default', false],
  ['http://dev:1337', '', 'default', false],
])('%s, which calls itself "%s", as %s: protected %p', (url, applicationEnvironment, environment, isProtected) => {
  expect(protectionOf({ url: new URL(url), applicationEnvironment, environment }) !== undefined).toBe(isProtected);
});

describe('the load', () => {
  test('is counted, with the method, body and token given, which nothing shows', async () => {
    const seen: Pick<IncomingMessage, 'method' | 'headers' | 'url'>[] = [];
    const bodies = new Set<string>();
    const url = await backend({
      listener: (request, response) => {
        seen.push(request);
        let body = '';
        request.setEncoding('utf8').on('data', (chunk) => (body += chunk));
        request.on('end', () => {
          bodies.add(body);
          response.end('{}');
        });
      },
    });
    const token = 'canary-load-token-93';
    const body = join(temporaryDirectory(), 'body.json');
    writeFileSync(body, '{"data":{}}');
    const ran = await operator(url, { performance: { loadTest: { token } } })(
      `--path /api/matches?x=1 --method POST --body ${body} --duration 1s --connections 2 --rate 20`,
    );
    expect(ran.code).toBe(0);
    const { result } = ran.document;
    expect(result).toMatchObject({
      environment: 'test',
      protection: null,
      method: 'POST',
      load: { failed: 0, stopped: null },
    });
    expect(result.load.requests).toBeGreaterThan(0);
    expect(result.load.statuses[200]).toBe(result.load.requests);
    expect(result.load.p50Ms).toBeLessThanOrEqual(result.load.maxMs);
    expect(result.hooksDuring).toEqual(result.hooksBefore);
    expect([...bodies]).toEqual(['{"data":{}}']);
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/api/matches?x=1',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(ran.stdout + ran.stderr).not.toContain(token);
  });

  test('ends at once when it fails, and says of what', async () => {
    const url = await backend({ listener: (_request, response) => response.writeHead(429).end() });
    const { code, document } = await operator(url)('--duration 10m');
    expect(code).toBe(1);
    expect(document.result.load).toMatchObject({ stopped: 'failures' });
    expect(document.findings).toMatchObject([
      {
        code: 'VOPS-LOAD-STOPPED',
        message: expect.stringContaining('100 % of'),
        hint: expect.stringContaining('--rate'),
      },
    ]);
  });

  test('ends at once when nobody answers, though the application did before', async () => {
    const url = await backend({ listener: (request) => request.socket.destroy() });
    const { code, document } = await operator(url)('--duration 10m');
    expect(code).toBe(1);
    expect(document.result.load).toMatchObject({ stopped: 'failures', p95Ms: null, maxMs: null });
    expect(document.result.load.unanswered).toBe(document.result.load.requests);
  });

  test('ends at a signal, with what it counted until then', async () => {
    let world: EventEmitter | undefined;
    let count = 0;
    const url = await backend({
      listener: (_request, response) => {
        if (++count === 30) world?.emit('SIGINT', 'SIGINT');
        response.end();
      },
    });
    const { code, document } = await operator(url, {}, (given) => (world = given))('--duration 10m');
    expect({ code, status: document.status }).toEqual({ code: 130, status: 'interrupted' });
    expect(document.result.load).toMatchObject({ stopped: 'aborted', failed: 0 });
    expect(document.result.load.requests).toBeGreaterThanOrEqual(20);
  });
});

describe('what may be production', () => {
  const hits = async (line: string) => {
    let count = 0;
    const listener: RequestListener = (_request, response) => {
      count += 1;
      response.end();
    };
    const url = await backend({ environment: 'production', listener });
    const ran = await operator(url)(line.replace('<host>', new URL(url).host));
    return { ...ran, count };
  };

  test('is not touched without its name', async () => {
    for (const line of ['--duration 1s', '--duration 1s --confirm another.host']) {
      const { code, document, count } = await hits(line);
      expect({ code, count, error: document.error.code }).toEqual({ code: 2, count: 0, error: 'VOPS-USAGE' });
      expect(document.error.hint).toContain('--confirm 127.0.0.1');
    }
  });

  test('is with it; and a dry run says what it takes, and touches nothing', async () => {
    const confirmed = await hits('--duration 1s --connections 1 --rate 5 --confirm <host>');
    expect(confirmed.code).toBe(0);
    expect(confirmed.count).toBeGreaterThan(0);
    const dry = await hits('--dry-run');
    expect(dry).toMatchObject({
      code: 0,
      count: 0,
      document: { result: { load: null, protection: 'the application calls itself production' } },
    });
  });
});

test.each([
  ['--path //another.example/x', /another host|one \//],
  ['--path x', /begins with/],
  ['--duration 11m', /1s to 10m/],
  ['--duration 100ms', /1s to 10m/],
  ['--connections 501', /500/],
  ['--rate 0', /rate/],
  ['--method TRACE', /method/],
])('%s is refused', async (line, message) => {
  const url = await backend({ listener: (_request, response) => response.end() });
  const { code, stdout } = await operator(url)(line);
  expect(code).toBe(2);
  expect(stdout).toMatch(message);
});

describe('the verdict', () => {
  const { load } = loadTest.sample;
  const { kpis } = configOf({});
  const base = { ...load, requests: 1_000, failed: 0, unanswered: 0, statuses: { 200: 1_000 }, stopped: null } as const;
  test.each<[string, Partial<NonNullable<typeof load>>, string[]]>([
    ['good', {}, []],
    ['some failed', { failed: 20, statuses: { 200: 980, 500: 20 } }, ['VOPS-LOAD-ERROR-RATE warning errors recent']],
    ['many failed', { failed: 200, statuses: { 403: 200 } }, ['VOPS-LOAD-ERROR-RATE error loadTest.token']],
    ['no such page', { failed: 60, statuses: { 404: 60 } }, ['VOPS-LOAD-ERROR-RATE error --path']],
    ['refused input', { failed: 60, statuses: { 400: 60 } }, ['VOPS-LOAD-ERROR-RATE error --body']],
    ['slow', { p95Ms: 501 }, ['VOPS-LOAD-SLOW warning bottlenecks']],
    ['too short', { requests: 0, p95Ms: null }, ['VOPS-LOAD-NOTHING unknown --duration']],
    ['ended by a signal', { stopped: 'aborted' }, []],
  ])('%s', (_name, given, expected) => {
    const findings = judgeLoad({ ...base, ...given } as NonNullable<typeof load>, kpis);
    expect(findings).toHaveLength(expected.length);
    for (const [index, { code, severity, hint }] of findings.entries()) {
      const [wantedCode, wantedSeverity, ...words] = expected[index]?.split(' ') ?? [];
      expect([code, severity]).toEqual([wantedCode, wantedSeverity]);
      expect(hint).toContain(words.join(' '));
    }
  });
});
