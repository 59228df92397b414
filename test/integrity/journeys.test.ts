import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Expectation } from '../../src/lib/config/journeys.js';
import { parseJsonPath } from '../../src/lib/config/json-path.js';
import type { IntegrityReport } from '../../src/lib/integrity/index.js';
import { checkJson, valueAtPath } from '../../src/lib/integrity/journeys/expect.js';
import { fillData, fillPath } from '../../src/lib/integrity/journeys/fill.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';
import { serve } from '../support/stub-server.js';

let directory = '';
beforeEach(() => {
  directory = temporaryDirectory();
});

function configure(url: string, journeys: object, more: object = {}): string {
  const file = join(directory, '.monitoringrc.json');
  const config = {
    app: { url, timeout: '2s' },
    stateDirectory: join(directory, 'state'),
    integrity: { journeys },
    ...more,
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

async function go(url: string, journey: object, env: Record<string, string> = {}) {
  const { document, code } = await runJson(['integrity', 'check', '--config', configure(url, { it: journey })], {
    env,
  });
  const report: IntegrityReport = document.result;
  return { code, document, journey: report?.journeys[0] };
}

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** A shop that tells who is logged in, and what it was asked. */
async function shop(seen: Seen[] = []): Promise<string> {
  return serve((request, response) => {
    void bodyOf(request).then((body) => {
      seen.push({ method: request.method, url: request.url, authorization: request.headers.authorization, body });
      response.setHeader('content-type', 'application/json');
      if (request.url === '/broken') return response.writeHead(500).end('{"error":"secret-of-the-shop"}');
      if (request.url === '/text') return response.end('no json');
      if (request.url === '/slow') return setTimeout(() => response.end('{}'), 120);
      if (request.url === '/silent') return undefined;
      if (request.url === '/login')
        return response.end(JSON.stringify({ jwt: 'a b/c', user: { id: 7, tags: ['x', 'y'] } }));
      return response.end(JSON.stringify({ data: [{ id: 7, name: 'Ali', left: null }], meta: { 'a key': true } }));
    });
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

test('values are carried from step to step, secrets are sent and never shown', async () => {
  const seen: Seen[] = [];
  const url = await shop(seen);
  const { code, journey, document } = await go(
    url,
    {
      allowWrites: true,
      steps: [
        {
          method: 'POST',
          path: '/login',
          secretHeaders: { authorization: `Bearer \${env:SHOP_TOKEN}` },
          body: { user: 'probe' },
          save: { jwt: 'jwt', id: 'user.id' },
        },
        {
          method: 'PUT',
          path: '/orders/{{jwt}}?user={{id}}',
          headers: { authorization: 'Bearer {{jwt}}' },
          body: { owner: '{{id}}', note: 'of {{id}}', list: ['{{jwt}}'] },
          expect: { status: [200, 201], json: { 'data[0].id': 7, 'meta["a key"]': true } },
        },
      ],
    },
    { SHOP_TOKEN: 'canary-71c2' },
  );
  expect({ code, journey }).toMatchObject({
    code: 0,
    journey: { state: 'ok', steps: [{ status: 200 }, { status: 200 }] },
  });
  expect(seen).toEqual([
    { method: 'POST', url: '/login', authorization: 'Bearer canary-71c2', body: '{"user":"probe"}' },
    {
      method: 'PUT',
      url: '/orders/a%20b%2Fc?user=7',
      authorization: 'Bearer a b/c',
      body: '{"owner":7,"note":"of 7","list":["a b/c"]}',
    },
  ]);
  expect(JSON.stringify(document)).not.toContain('canary');
});

describe('what goes wrong is said, and later steps are not gone', () => {
  const then = { path: '/' };
  test.each<[string, object, string, RegExp]>([
    ['status', { path: '/broken' }, 'failed', /^answered 500, expected 200$/],
    [
      'value',
      { path: '/', expect: { json: { 'data[0].name': 'Emil' } } },
      'failed',
      /^data\[0\]\.name: expected "Emil", got "Ali"$/,
    ],
    ['no JSON', { path: '/text', expect: { json: { a: 1 } } }, 'failed', /no JSON/],
    ['nothing to save', { path: '/', save: { x: 'data[3].id' } }, 'failed', /nothing there to be saved as x/],
    ['no answer', { path: '/silent', timeout: '100ms' }, 'failed', /did not answer within 100 ms/],
  ])('%s', async (_, step, state, problem) => {
    const { code, journey, document } = await go(await shop(), { steps: [step, then] });
    expect(journey).toMatchObject({
      state,
      stepCount: 2,
      failingSince: expect.any(String),
      steps: [{ problems: [expect.stringMatching(problem)] }],
    });
    expect(code).toBe(1);
    expect(document.findings).toMatchObject([
      { code: 'VOPS-INTEGRITY-JOURNEY', severity: 'error', message: expect.stringContaining('at step 1 of 2') },
    ]);
  });

  test('slow is a warning, and the journey goes on', async () => {
    const { code, journey } = await go(await shop(), { steps: [{ path: '/slow', expect: { latency: '50ms' } }, then] });
    expect({ code, journey }).toMatchObject({
      code: 0,
      journey: { state: 'warning', steps: [{ state: 'warning' }, { state: 'ok' }] },
    });
  });

  test('nobody there', async () => {
    const { code, journey } = await go('http://127.0.0.1:1', { steps: [then] });
    expect({ code, journey }).toMatchObject({ code: 1, journey: { state: 'failed', steps: [{ status: null }] } });
  });
});

test('--dry-run names the requests and sends none', async () => {
  const seen: Seen[] = [];
  const url = await shop(seen);
  const file = configure(url, { it: { steps: [{ path: '/', save: { id: 'data[0].id' } }, { path: '/{{id}}' }] } });
  const { document } = await runJson(['integrity', 'check', '--config', file, '--dry-run']);
  expect(document.result.plan.journeys).toEqual([{ name: 'it', requests: [`GET ${url}/`, `GET ${url}/{{id}}`] }]);
  expect(seen).toEqual([]);
});

describe('a wrong journey is refused', () => {
  test.each<[string, object, string]>([
    ['one that writes, unasked', { steps: [{ method: 'DELETE', path: '/' }] }, 'set allowWrites'],
    [
      'a value that nobody saved',
      { steps: [{ path: '/{{id}}', save: { id: 'id' } }] },
      '{{id}} is saved by no step before',
    ],
    ['another host', { steps: [{ path: 'https://elsewhere.example' }] }, 'begins with /'],
    ['a path that is none', { steps: [{ path: '/', expect: { json: { 'a..b': 1 } } }] }, 'not a valid name'],
    ['no step', { steps: [] }, 'at least 1'],
  ])('%s', async (_, journey, expected) => {
    const { code, stderr } = await run([
      'integrity',
      'check',
      '--config',
      configure('http://127.0.0.1:1', { it: journey }),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain(expected);
  });
});

const document = { a: { list: [1, 'two', null], 'odd key': { x: true } }, text: 'Viktoria' };

test.each<[string, unknown]>([
  ['$', document],
  ['a.list[1]', 'two'],
  ['a.list.length', 3],
  ['a["odd key"].x', true],
  ['a.list[9]', undefined],
  ['a.__proto__', undefined],
  ['text.length', undefined],
  ['constructor', undefined],
])('path %s', (path, value) => {
  expect(valueAtPath(document, path)).toEqual(value);
});

test.each(['', 'a.', 'a..b', '[x]', 'a[-1]', 'a["x', 'a b'])('no path: %p', (path) => {
  expect(parseJsonPath(path)).toBeUndefined();
});

test.each<[Expectation, number]>([
  [{ equals: 'Viktoria' }, 0],
  [{ equals: null }, 1],
  [{ exists: true, type: 'string', contains: 'tor' }, 0],
  [{ exists: false }, 1],
  [{ min: 1, max: 2 }, 2],
  [{ type: 'number', contains: 'x' }, 2],
])('expectation %p: %i problems', (expectation, problems) => {
  expect(checkJson(document, { text: expectation })).toHaveLength(problems);
});

test('whatever is saved, a filled path stays on its host and in its part', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constant('\ud800'), fc.integer(), fc.constant(null)),
      (value) => {
        const path = fillPath('/a/{{x}}/b?c={{x}}', new Map([['x', value]]));
        const url = new URL(`http://host${path}`);
        expect(url.host).toBe('host');
        expect(url.hash).toBe('');
        expect([...url.searchParams]).toEqual([['c', Buffer.from(String(value)).toString()]]);
      },
    ),
  );
});

test('data without placeholders is left as it is', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (data) => {
      const text = JSON.stringify(data);
      if (!text.includes('{{') && !text.includes('__proto__')) expect(fillData(data, new Map())).toEqual(data);
    }),
  );
});
