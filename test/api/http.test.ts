import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { request } from '../../src/lib/api/http.js';
import { freePort } from '../../src/lib/demo/postgres.js';
import { OperatorError } from '../../src/lib/errors.js';
import { serve, serveRaw } from '../support/stub-server.js';

/** The error of a promise that must fail. */
const failure = (work: Promise<unknown>): Promise<OperatorError> =>
  work.then(
    () => {
      throw new Error('expected a failure');
    },
    (error: unknown) => {
      if (error instanceof OperatorError) return error;
      throw error;
    },
  );

const JSON_START = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n';
const hostOf = (url: string) => new URL(url).host;

test('an answer: status, headers, body, time; nothing kept open', async () => {
  const seen: string[] = [];
  const url = await serve((incoming, response) => {
    seen.push(`${incoming.method} ${incoming.url} ${incoming.headers.connection}`);
    response.setHeader('x-kind', 'test').writeHead(500).end('sorry');
  });
  const answer = await request({ url: `${url}/a?b=1` });
  expect({ ...answer, headers: answer.headers['x-kind'], body: String(answer.body) }).toEqual({
    status: 500,
    headers: 'test',
    body: 'sorry',
    durationMs: expect.any(Number),
  });
  expect(seen).toEqual(['GET /a?b=1 close']);
});

test('a body is sent with its length', async () => {
  const url = await serve((incoming, response) => {
    response.write(`${incoming.method} ${incoming.headers['content-length']} `);
    incoming.pipe(response);
  });
  expect(String((await request({ url: new URL(url), method: 'POST', body: 'ü!' })).body)).toBe('POST 3 ü!');
});

test('user info of the address becomes a header; one of our own goes before it', async () => {
  const seen: unknown[] = [];
  const url = await serve((incoming, response) => {
    seen.push(incoming.headers.authorization);
    response.end();
  });
  const withUser = url.replace('//', '//us%40er:p%2Fw@');
  await request({ url: withUser });
  await request({ url: withUser, headers: { authorization: 'Bearer t' } });
  expect(seen).toEqual([`Basic ${Buffer.from('us@er:p/w').toString('base64')}`, 'Bearer t']);
});

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('%s is decoded', async (encoding, compress) => {
  const url = await serve((_, response) => {
    response.setHeader('content-encoding', encoding).end(compress('grüezi'));
  });
  expect(String((await request({ url })).body)).toBe('grüezi');
});

test('an empty answer that claims an encoding is an empty body', async () => {
  const url = await serve((_, response) => {
    response.writeHead(204, { 'content-encoding': 'gzip' }).end();
  });
  expect((await request({ url })).body).toHaveLength(0);
});

test.each([['file:///etc/passwd'], ['ftp://user:hunter22@example.org'], ['not an address hunter22'], ['']])(
  'only http and https: %s',
  async (url) => {
    const error = await failure(request({ url }));
    expect(error).toMatchObject({ code: 'VOPS-CONFIG-INVALID', hint: expect.any(String) });
    expect(error.message).not.toContain('hunter22');
  },
);

test('a secret with a line break is not sent, and not shown', async () => {
  const error = await failure(request({ url: 'http://127.0.0.1:1', headers: { authorization: 'Bearer hunter22\nx' } }));
  expect(error.code).toBe('VOPS-CONFIG-INVALID');
  expect(error.message + error.hint).not.toContain('hunter22');
});

describe('nobody there, or someone who leaves (F33)', () => {
  test('refused', async () => {
    const port = await freePort();
    const error = await failure(request({ url: `http://user:hunter22@127.0.0.1:${port}/secret?token=hunter22` }));
    expect(error).toMatchObject({
      code: 'VOPS-API-UNREACHABLE',
      message: `127.0.0.1:${port} refused the connection: nothing listens there`,
      hint: expect.stringContaining('start the service'),
    });
  });

  test('a name that does not exist', async () => {
    const error = await failure(request({ url: 'http://no-such-host.invalid:81' }));
    expect(error.code).toBe('VOPS-API-UNREACHABLE');
    expect(error.message).toMatch(/name of no-such-host\.invalid:81 (is unknown|could not be looked up)/);
  });

  test.each<[string, string, (socket: Socket) => void]>([
    ['before answering', 'closed the connection before answering', (socket) => socket.once('data', () => socket.end())],
    [
      'by a reset',
      'closed the connection before answering',
      (socket) => socket.once('data', () => socket.resetAndDestroy()),
    ],
    [
      'for another protocol',
      'closed the connection before answering',
      (socket) => socket.once('data', () => socket.write(SWITCH)),
    ],
    [
      'in the middle of the body',
      'closed the connection in the middle of its answer',
      (socket) => socket.once('data', () => socket.end(`${JSON_START}content-length: 100\r\n\r\n{"half":`)),
    ],
    [
      'in the middle of a chunk',
      'closed the connection in the middle of its answer',
      (socket) => socket.once('data', () => socket.end(`${JSON_START}transfer-encoding: chunked\r\n\r\nff\r\n{`)),
    ],
  ])('closes %s', async (_, words, onConnection) => {
    const url = await serveRaw(onConnection);
    const error = await failure(request({ url }));
    expect(error).toMatchObject({ code: 'VOPS-API-UNREACHABLE', message: `${hostOf(url)} ${words}` });
  });

  test('does not take the connection: a listener whose backlog is full', async () => {
    const child = spawn(process.execPath, ['-e', FULL_BACKLOG], { stdio: ['ignore', 'pipe', 'inherit'] });
    const fillers: Socket[] = [];
    try {
      const port = Number(await new Promise((resolve) => child.stdout.once('data', (text) => resolve(String(text)))));
      for (let i = 0; i < 4; i++) fillers.push(connect(port, '127.0.0.1').on('error', () => undefined));
      await new Promise((resolve) => setTimeout(resolve, 50));
      const error = await failure(request({ url: `http://127.0.0.1:${port}`, timeoutMs: 150 }));
      expect(error).toMatchObject({
        code: 'VOPS-API-TIMEOUT',
        message: `127.0.0.1:${port} did not take the connection within 150 ms`,
      });
    } finally {
      for (const filler of fillers) filler.destroy();
      child.kill('SIGKILL');
    }
  });
});

/** Listens, tells its port, and then never accepts: the event loop is blocked. */
const FULL_BACKLOG = `
  const server = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('fs').writeSync(1, String(server.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20000);
  });`;

describe('one deadline for everything (F34)', () => {
  const drip = (socket: Socket, text: string) => {
    let sent = 0;
    const timer = setInterval(() => socket.write(text[sent++ % text.length] ?? ''), 20);
    socket.on('close', () => clearInterval(timer));
  };

  test.each<[string, string, (socket: Socket) => void]>([
    ['a silent server', 'took the connection but did not answer', () => undefined],
    ['a dripping header', 'took the connection but did not answer', (socket) => drip(socket, `${JSON_START}x-long: `)],
    [
      'a dripping body',
      'did not finish its answer',
      (socket) => {
        socket.write(`${JSON_START}content-length: 1000\r\n\r\n`);
        drip(socket, '[1,2,3,');
      },
    ],
  ])('%s', async (_, words, onConnection) => {
    const url = await serveRaw(onConnection);
    const start = performance.now();
    const error = await failure(request({ url, timeoutMs: 200 }));
    expect(error).toMatchObject({ code: 'VOPS-API-TIMEOUT', message: `${hostOf(url)} ${words} within 200 ms` });
    expect(performance.now() - start).toBeLessThan(1500);
  });

  test('an abort ends the wait with its own reason', async () => {
    const controller = new AbortController();
    const reason = new OperatorError('VOPS-SIGINT', 'interrupted');
    const url = await serveRaw(() => controller.abort(reason));
    expect(await failure(request({ url, signal: controller.signal }))).toBe(reason);
    expect(await failure(request({ url, signal: controller.signal }))).toBe(reason);
  });
});

describe('a cap on what is read (F35)', () => {
  test('an endless body', async () => {
    const url = await serveRaw((socket) => {
      socket.write(`${JSON_START}\r\n`);
      const block = Buffer.alloc(65_536);
      const pour = () => {
        while (!socket.destroyed && socket.write(block));
      };
      socket.on('drain', pour);
      pour();
    });
    const error = await failure(request({ url }));
    expect(error).toMatchObject({ code: 'VOPS-API-UNEXPECTED', message: expect.stringContaining('longer than 5 MB') });
  });

  test.each([
    ['gzip', gzipSync],
    ['br', (zeros: Buffer) => brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ])('a bomb: 50 MB of zeros as %s', async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    const url = await serve((_, response) => {
      response.setHeader('content-encoding', encoding).end(bomb);
    });
    const before = process.memoryUsage().rss;
    const error = await failure(request({ url }));
    expect(error.message).toContain('longer than 5 MB');
    expect(process.memoryUsage().rss - before).toBeLessThan(40_000_000);
  });

  test('exactly the cap is accepted, one more is not; tiny chunks are put together', async () => {
    const url = await serve((incoming, response) => {
      const size = Number(incoming.headers['x-size']);
      for (let sent = 0; sent < size; sent += 10) response.write('a'.repeat(Math.min(10, size - sent)));
      response.end();
    });
    const ask = (size: number) => request({ url, headers: { 'x-size': String(size) }, maxBytes: 50_000 });
    expect(String((await ask(50_000)).body)).toBe('a'.repeat(50_000));
    expect((await failure(ask(50_001))).code).toBe('VOPS-API-UNEXPECTED');
  });
});

test.each<[string, RegExp, (socket: Socket) => void]>([
  ['not HTTP', /something that is not HTTP/, (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
  [
    'a header without end',
    /something that is not HTTP \(HPE_HEADER_OVERFLOW\)/,
    (socket) => socket.write(`${JSON_START}x: ${'a'.repeat(100_000)}`),
  ],
  [
    'a body that is not what it says',
    /cannot be decoded \(Z_DATA_ERROR\)/,
    (socket) => socket.end(`${JSON_START}content-encoding: gzip\r\ncontent-length: 5\r\n\r\nhello`),
  ],
  [
    'an encoding nobody offered',
    /encoded as "zstd"/,
    (socket) => socket.end(`${JSON_START}content-encoding: zstd\r\ncontent-length: 5\r\n\r\nhello`),
  ],
])('%s', async (_, words, onConnection) => {
  const url = await serveRaw((socket) => socket.once('data', () => onConnection(socket)));
  const error = await failure(request({ url, timeoutMs: 1000 }));
  expect(error.code).toBe('VOPS-API-UNEXPECTED');
  expect(error.message).toMatch(words);
});

test('https spoken to a plain server', async () => {
  const url = await serve((_, response) => response.end());
  const error = await failure(request({ url: url.replace('http:', 'https:') }));
  expect(error).toMatchObject({ code: 'VOPS-API-UNREACHABLE', message: expect.stringContaining('TLS handshake') });
});
