/** Requests read from access logs of every format, over rotations, with lines that nobody should trust. */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type AccessRequest, readRequests } from '../../src/lib/logs/index.js';
import { temporaryDirectory } from '../support/run.js';

const TIME = '2026-11-23T03:00:00.000Z';

const COMBINED =
  '203.0.113.7 - ines [23/Nov/2026:04:00:00 +0100] "POST /admin/login?next=x HTTP/1.1" 400 31 "https://www.example.org/a?b" "curl/8"';

function logsOf(files: Readonly<Record<string, string | Buffer>>): string {
  const directory = join(temporaryDirectory(), 'logs');
  mkdirSync(directory);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  return directory;
}

async function read(directory: string, { pattern = '*.log', since = 0, signal = new AbortController().signal } = {}) {
  const requests: AccessRequest[] = [];
  const logs = await readRequests({ directory, pattern, since, path: process.env.PATH, signal }, (request) =>
    requests.push(request),
  );
  return { logs, requests };
}

const caddy = (request: object, rest: object = {}) =>
  JSON.stringify({
    level: 'info',
    ts: Date.parse(TIME) / 1000,
    logger: 'http.log.access',
    request,
    status: 401,
    ...rest,
  });

describe('one line', () => {
  test.each<[string, string, Partial<AccessRequest>]>([
    [
      'combined',
      COMBINED,
      {
        time: Date.parse(TIME),
        address: '203.0.113.7',
        method: 'POST',
        path: '/admin/login',
        status: 400,
        site: 'www.example.org',
      },
    ],
    [
      'common',
      '::1 - - [23/Nov/2026:03:00:00 +0000] "GET / HTTP/2.0" 304 -',
      { address: '::1', status: 304, site: null },
    ],
    [
      'Caddy',
      caddy({
        remote_ip: '10.0.0.1',
        client_ip: '198.51.100.4',
        method: 'PUT',
        uri: '/api/teams/1?x',
        headers: { Origin: ['https://a.example:8443'] },
      }),
      { time: Date.parse(TIME), address: '198.51.100.4', path: '/api/teams/1', status: 401, site: 'a.example:8443' },
    ],
    [
      'pino-http',
      JSON.stringify({
        time: Date.parse(TIME),
        req: { method: 'GET', url: '/x', remoteAddress: '::ffff:10.0.0.2' },
        res: { statusCode: 404 },
        responseTime: 1,
      }),
      { time: Date.parse(TIME), address: '::ffff:10.0.0.2', path: '/x', status: 404 },
    ],
    [
      'Strapi, JSON',
      JSON.stringify({ level: 'http', message: 'POST /admin/login (12 ms) 400', timestamp: TIME }),
      { time: Date.parse(TIME), address: null, path: '/admin/login', status: 400 },
    ],
    ['Strapi, console', `[${TIME}] http: GET /api/teams (3 ms) 200`, { address: null, path: '/api/teams' }],
    ['a whole address', COMBINED.replace('/admin/login?next=x', 'http://a.example/y?z'), { path: '/y' }],
    ['a name for an address', COMBINED.replace('203.0.113.7', 'host.example.org'), { address: null }],
    ['a referer that is none', COMBINED.replace('https://www.example.org/a?b', 'not a page'), { site: null }],
    ['a user with blanks', COMBINED.replace('ines', 'ines of the club'), { status: 400 }],
  ])('%s', async (_, line, expected) => {
    expect((await read(logsOf({ 'access.log': `${line}\n` }))).requests).toEqual([expect.objectContaining(expected)]);
  });

  test.each([
    [
      'a TLS handshake on the wrong port',
      '203.0.113.7 - - [23/Nov/2026:04:00:00 +0100] "\\x16\\x03\\x01" 400 157 "-" "-"',
    ],
    ['half of one', COMBINED.slice(0, 60)],
    ['an error', '2026-11-23T03:00:00Z error: GET /x failed'],
    ['JSON that is no request', '{"status":200,"request":{"method":1}}'],
    ['JSON that is none', '{"status":200'],
    ['one that is too long', COMBINED.replace('/admin', `/${'a'.repeat(20_000)}`)],
    ['one larger than all memory set aside for it', COMBINED.replace('/admin', `/${'a'.repeat(700_000)}`)],
  ])('%s is no request, and what follows is one', async (_, line) => {
    const { requests } = await read(logsOf({ 'access.log': `${line}\n${COMBINED}\n` }));
    expect(requests).toHaveLength(1);
  });

  test('whatever stands there, nothing is thrown', async () => {
    const line = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .tuple(fc.nat(COMBINED.length), fc.string())
        .map(([at, text]) => COMBINED.slice(0, at) + text + COMBINED.slice(at)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (lines) => {
        const { logs } = await read(logsOf({ 'access.log': lines.join('\n') }));
        expect(logs).toMatchObject([{ reason: null }]);
      }),
      { numRuns: 50 },
    );
  });
});

test('rotated and packed logs are read, oldest first, and so is a last line without its end', async () => {
  const at = (second: number) => COMBINED.replace('04:00:00', `04:00:0${second}`);
  const directory = logsOf({
    'access.log.2.gz': gzipSync(`${at(1)}\n${at(2)}\n`),
    'access.log.1': `${at(3)}\n`,
    'access.log': `${at(4)}\n${at(5)}`,
    'error.log.1': 'nothing\n',
    'other.txt': `${at(9)}\n`,
  });
  for (const [name, age] of [
    ['access.log.2.gz', 3],
    ['access.log.1', 2],
    ['access.log', 1],
  ] as const) {
    utimesSync(join(directory, name), 0, Date.now() / 1000 - age);
  }
  const { requests, logs } = await read(directory);
  expect(requests.map(({ time }) => new Date(time).getUTCSeconds())).toEqual([1, 2, 3, 4, 5]);
  expect(logs.map(({ requests: count }) => count)).toEqual([2, 1, 2, 0]);
});

test('what is older than the period is passed over, by file and by request', async () => {
  const directory = logsOf({
    'access.log': `${COMBINED}\n${COMBINED.replace('2026', '2027')}\n`,
    'access.log.1': COMBINED,
  });
  utimesSync(join(directory, 'access.log.1'), 0, Date.parse(TIME) / 1000);
  const { requests, logs } = await read(directory, { since: Date.parse('2026-11-24') });
  expect(requests).toHaveLength(1);
  expect(logs).toHaveLength(1);
});

test('a damaged archive gives what it has, and says so', async () => {
  const packed = gzipSync(`${COMBINED}\n`.repeat(50_000));
  const { requests, logs } = await read(logsOf({ 'access.log.1.gz': packed.subarray(0, packed.length - 500) }));
  expect(requests.length).toBeGreaterThan(0);
  expect(logs).toMatchObject([{ reason: 'the archive is damaged or cut short', requests: requests.length }]);
});

test('a directory that is not there is an error; an aborted run ends with its reason', async () => {
  await expect(read('/no/such/directory')).rejects.toMatchObject({ code: 'VOPS-FILE' });
  const reason = new Error('over');
  await expect(read(logsOf({ 'access.log': COMBINED }), { signal: AbortSignal.abort(reason) })).rejects.toThrow();
});
