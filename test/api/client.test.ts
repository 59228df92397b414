import type { IncomingMessage, RequestListener } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import health from '../../src/commands/health.js';
import { routes } from '../../src/lib/contract/index.js';
import { OperatorError } from '../../src/lib/errors.js';
import { apiAt, serve, serveApi } from '../support/stub-server.js';

const token = 'token-0123456789';
const refused = (work: Promise<unknown>) =>
  expect(work).rejects.toMatchObject({ name: 'OperatorError', hint: expect.any(String) });
const errorOf = (work: Promise<unknown>): Promise<OperatorError> =>
  work.then(
    () => Promise.reject(new Error('expected a failure')),
    (error: unknown) => (error instanceof OperatorError ? error : Promise.reject(error)),
  );

const overview = health.sample.overview;
const body =
  (text: string | Buffer, type = 'application/json', status = 200): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': type }).end(text);
  };

describe('what is asked', () => {
  test('path parameters in their place, others in the query, the token as bearer, a path prefix kept', async () => {
    const seen: IncomingMessage[] = [];
    const url = await serve((request, response) => {
      seen.push(request);
      response.setHeader('content-type', 'application/json').end(request.url?.includes('count') ? '7' : '[]');
    });
    const { api } = apiAt(`${url}/strapi/`, { app: { token } });
    expect(await api('errorCount', { window: '24h' })).toBe(7);
    expect(await api('recentErrors', { limit: 5 })).toEqual([]);
    expect(seen.map(({ method, url, headers }) => [method, url, headers.authorization, headers.accept])).toEqual([
      ['GET', '/strapi/api/hook-monitoring/errors/count/24h', `Bearer ${token}`, 'application/json'],
      ['GET', '/strapi/api/hook-monitoring/errors/recent?limit=5', `Bearer ${token}`, 'application/json'],
    ]);
  });

  test('no token, no header; text routes stay text; the duration is told', async () => {
    const seen: IncomingMessage[] = [];
    const url = await serve((request, response) => {
      seen.push(request);
      response.setHeader('content-type', routes.metrics.contentType).end('up 1\n');
    });
    const durations: number[] = [];
    const onDuration = (durationMs: number) => durations.push(durationMs);
    expect(await apiAt(url).api('metrics', {}, { onDuration })).toBe('up 1\n');
    expect(seen[0]?.headers.authorization).toBeUndefined();
    expect(durations).toEqual([expect.any(Number)]);
  });
});

describe('answers that are none (F36)', () => {
  const deep = '['.repeat(100_000);
  test.each<[string, string | Buffer, string, RegExp]>([
    ['HTML', '<!DOCTYPE html><p>hello', 'text/html; charset=utf-8', /expected JSON, got text\/html; it begins: <!DOC/],
    ['empty', '', 'application/json', /expected JSON, got an empty body$/],
    ['no type', '', '', /got no content type$/],
    ['null', 'null', 'application/json', /the whole answer: .*expected object.*; it begins: null$/i],
    ['NaN', 'NaN', 'application/json', /expected JSON, got something else; it begins: NaN$/],
    ['deep nesting', deep, 'application/json', /got something else; it begins: \[{200}$/],
    ['deep nesting, closed', deep + ']'.repeat(100_000), 'application/json', /expected object/],
    ['deep inside', `{"status":${deep}${']'.repeat(100_000)}}`, 'application/json', /at status: /],
    ['wrong shape', '{"status":"healthy","uptime":"long"}', 'application/json', /at uptime: .*expected number/],
    ['wrong word', JSON.stringify({ ...overview, status: 'up' }), 'application/json', /at status: .*"healthy"/],
    [
      'huge number',
      JSON.stringify({ ...overview, uptime: 1 }).replace('"uptime":1', '"uptime":1e999'),
      'application/json',
      /at uptime: .*(Infinity|finite|number)/,
    ],
    ['not UTF-8', Buffer.from([0xff, 0xfe, 0x00]), 'application/json', /got something else/],
  ])('%s', async (_, text, type, words) => {
    const error = await errorOf(apiAt(await serve(body(text, type))).api('health'));
    expect(error).toMatchObject({ code: 'VOPS-API-UNEXPECTED', hint: expect.any(String) });
    expect(error.message).toMatch(words);
    expect(error.message.length).toBeLessThan(600);
  });

  test.each([['1e999'], ['99999999999999999999'], ['-1'], ['1.5'], ['"7"'], ['true']])(
    'a count of %s',
    async (text) => {
      const error = await errorOf(apiAt(await serve(body(text))).api('queueSize'));
      expect(error).toMatchObject({ code: 'VOPS-API-UNEXPECTED' });
    },
  );

  test('duplicate and strange keys change nothing: the last value counts, __proto__ is dropped', async () => {
    const text = JSON.stringify(overview).replace('{', '{"uptime":1,"__proto__":{"status":"x"},');
    expect(await apiAt(await serve(body(text))).api('health')).toEqual(overview);
  });

  test('a bare integer as text/plain is an answer', async () => {
    expect(await apiAt(await serve(body('42\n', 'text/plain'))).api('queueSize')).toBe(42);
  });

  test('an excerpt is raw, and never a part of the token', async () => {
    const text = `\u001b]52;c;aGk=\u0007${'x'.repeat(170)}${token}${'y'.repeat(100)}`;
    const error = await errorOf(apiAt(await serve(body(text)), { app: { token } }).api('health'));
    expect(error.message).toContain('\u001b]52;c;');
    expect(error.message).toContain('***');
    expect(error.message).not.toContain(token.slice(0, 6));
  });
});

describe('redirects (F37)', () => {
  test.each<[string, (elsewhere: string) => string, RegExp]>([
    ['another host', (elsewhere) => `${elsewhere}/path?token=${token}`, /\(302\) to http:\/\/127\.0\.0\.2:\d+; /],
    ['user info', () => 'http://user:hunter22@example.org/', /to http:\/\/example\.org; /],
    ['a file', () => 'file:///etc/passwd', /to file:; /],
    ['cloud metadata', () => 'http://169.254.169.254/latest', /to http:\/\/169\.254\.169\.254; /],
    ['itself', () => '/api/hook-monitoring/health', /to http:\/\/127\.0\.0\.1:\d+; /],
    ['nonsense', () => 'http://[', /to nowhere; /],
  ])('to %s: refused, nothing is sent there', async (_, target, words) => {
    const arrived: unknown[] = [];
    const elsewhere = await serve((request, response) => {
      arrived.push(request.headers);
      response.end();
    }, '127.0.0.2');
    let asked = 0;
    const url = await serve((_, response) => {
      asked++;
      response.writeHead(302, { location: target(elsewhere) }).end();
    });
    const error = await errorOf(apiAt(url, { app: { token } }).api('health'));
    expect(error.code).toBe('VOPS-API-UNEXPECTED');
    expect(error.message).toMatch(words);
    expect(error.message + error.hint).not.toMatch(/hunter22|token-|path/);
    expect({ arrived, asked }).toEqual({ arrived: [], asked: 1 });
  });
});

describe('statuses and patience (F38)', () => {
  test.each<[number, string, object, RegExp]>([
    [401, 'VOPS-API-DENIED', {}, /^set app\.token/],
    [401, 'VOPS-API-DENIED', { app: { token } }, /^app\.token is not the one/],
    [403, 'VOPS-API-DENIED', {}, /app\.token/],
    [404, 'VOPS-API-NOT-OFFERED', {}, /application side is missing/],
    [429, 'VOPS-API-BUSY', {}, /try again later/],
    [503, 'VOPS-API-UNREACHABLE', {}, /is the application running/],
    [502, 'VOPS-API-UNREACHABLE', {}, /is the application running/],
    [504, 'VOPS-API-UNREACHABLE', {}, /is the application running/],
    [500, 'VOPS-API-UNEXPECTED', {}, /log of the application/],
    [204, 'VOPS-API-UNEXPECTED', {}, /./],
  ])('%i is %s', async (status, code, sections, hint) => {
    const url = await serve(body('{"data":null}', 'application/json', status));
    const error = await errorOf(apiAt(url, { ...sections }).api('jobs'));
    expect(error.code).toBe(code);
    expect(error.hint).toMatch(hint);
    expect(error.message).toContain('GET /api/hook-monitoring/jobs at http://127.0.0.1');
  });

  test('an optional route that is missing: not offered by this backend', async () => {
    const error = await errorOf(apiAt(await serveApi({})).api('bottlenecks'));
    expect(error).toMatchObject({ code: 'VOPS-API-NOT-OFFERED' });
    expect(error.message).toContain('not offered by this backend');
  });

  const script = async (...steps: readonly (readonly [number, Record<string, string>])[]) => {
    let asked = 0;
    const url = await serve((_, response) => {
      const [status, headers] = steps[Math.min(asked++, steps.length - 1)] ?? [500, {}];
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(status === 200 ? '3' : '{}');
    });
    return { url, asked: () => asked };
  };

  test.each([
    ['503, then 200', {}],
    ['Retry-After in seconds', { 'retry-after': '0' }],
    ['Retry-After as a date on the clock of the server', dates(150)],
    ['Retry-After in the past', dates(-60_000)],
    ['Retry-After that is nonsense', { 'retry-after': 'soon' }],
  ])('one more attempt: %s', async (_, headers) => {
    const { url, asked } = await script([503, headers], [200, {}]);
    expect(await apiAt(url).api('queueSize')).toBe(3);
    expect(asked()).toBe(2);
  });

  test('never more than one', async () => {
    const { url, asked } = await script([429, { 'retry-after': '0' }]);
    await refused(apiAt(url).api('queueSize'));
    expect(asked()).toBe(2);
  });

  test('no second attempt where the pause asked for ends after the deadline', async () => {
    const { url, asked } = await script([503, { 'retry-after': '3600' }], [200, {}]);
    const error = await errorOf(apiAt(url).api('queueSize'));
    expect(error).toMatchObject({ code: 'VOPS-API-UNREACHABLE', hint: 'it asks to wait: 3600 s' });
    expect(asked()).toBe(1);
  });

  test('an abort ends the pause', async () => {
    const { url } = await script([503, { 'retry-after': '1' }]);
    const reason = new OperatorError('VOPS-SIGTERM', 'terminated');
    const controller = new AbortController();
    const asking = apiAt(url, {}, controller.signal).api('queueSize');
    setTimeout(() => controller.abort(reason), 50);
    await expect(asking).rejects.toBe(reason);
  });

  test('both attempts share one deadline', async () => {
    let asked = 0;
    const url = await serve((_, response) => {
      if (asked++ === 0) response.writeHead(503).end(); // and silence after that
    });
    const error = await errorOf(apiAt(url, { app: { timeout: '600ms' } }).api('queueSize'));
    expect(error.code).toBe('VOPS-API-TIMEOUT');
    expect(asked).toBe(2);
  });

  test('a critical /health is an answer though it is a 503, and is asked for once', async () => {
    let asked = 0;
    const critical = { ...overview, status: 'critical' };
    const url = await serve((_, response) => {
      asked++;
      response.writeHead(503, { 'content-type': 'application/json' }).end(JSON.stringify(critical));
    });
    expect(await apiAt(url).api('health')).toMatchObject({ status: 'critical' });
    expect(asked).toBe(1);
  });
});

function dates(inMs: number): Record<string, string> {
  const server = Date.parse('2001-02-03T04:05:06Z');
  return { date: new Date(server).toUTCString(), 'retry-after': new Date(server + inMs).toUTCString() };
}
