import { spawn } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { API_PREFIX, type RouteName, routes } from '../../src/lib/contract/index.js';
import { type AuditEntry, type Controls, createActions } from '../../src/lib/monitor/actions.js';
import { createGate, isLocal } from '../../src/lib/monitor/auth.js';
import { createEventStream, type EventStream } from '../../src/lib/monitor/events.js';
import { errorRateCheck, memoryCheck, runChecks, worstHealth } from '../../src/lib/monitor/health.js';
import { createMonitor, type HealthCheck, type Lifecycles, type QueueSource } from '../../src/lib/monitor/index.js';
import { renderMetrics } from '../../src/lib/monitor/prometheus.js';
import { createUsage } from '../../src/lib/monitor/usage.js';
import { get, parseMetrics } from '../support/monitoring.js';

const SECRET = 'a-secret-of-the-test';
const ACTIONS_SECRET = 'another-secret-of-the-test';
const levels: (string | undefined)[] = [];
const authorized = { authorization: `Bearer ${SECRET}` };

const state = { database: 'healthy' as 'healthy' | 'hangs', jobsHang: false, answer: () => {}, reads: 0, cleared: 0 };
const database: HealthCheck = {
  name: 'database',
  check: () =>
    state.database === 'hangs' ? new Promise(() => {}) : Promise.resolve({ status: 'healthy', message: 'answers' }),
};
const reading = {
  states: { ready: 3, failed: 0 },
  readyByType: { mail: 3 },
  oldestReadyAgeSeconds: 4.5,
  processedPerMinute: 1,
  completed: 9,
  averageProcessingMs: null,
};
const queue: QueueSource = {
  name: 'test',
  read: () => {
    state.reads += 1;
    return new Promise((resolve) => {
      state.answer = () => resolve(reading);
      if (!state.jobsHang) state.answer();
    });
  },
};
const lifecycles = {
  afterUpdate: () => 'ok',
  'odd"name\\\n': () => {
    throw new Error('boom');
  },
} satisfies Lifecycles;

const server = createServer();
let url = '';
let stop = async () => {};
const answered: unknown[] = [];

const bare = {
  application: { version: '1.2.3', environment: 'test', startedAt: new Date(), activeConnections: () => 2 },
  checks: [database],
  activity: () => ({ requests: 0, activeUsers: 0 }),
  diskPath: tmpdir(),
  version: '9.9.9',
};

beforeAll(async () => {
  const monitor = createMonitor({
    ...bare,
    resolveFrom: import.meta.url,
    postgres: { host: '127.0.0.1', port: 9, user: 'hunter2', password: 'hunter2' },
    jobs: [],
    secret: SECRET,
    actionsSecret: ACTIONS_SECRET,
    controls: {
      caches: new Map([['standings', () => (state.cleared += 1)]]),
      setLogLevel: (level) => levels.push(level),
    },
    deadlineMs: 950,
    onError: (error) => void answered.push(error),
  });
  monitor.queues.register(queue);
  monitor.instrument([['api::match.match', lifecycles]]);
  monitor.start();
  stop = monitor.stop;
  server.on('request', (incoming, response) => void monitor.listener(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  for (let i = 0; i < 3; i++) lifecycles.afterUpdate();
  expect(lifecycles['odd"name\\\n']).toThrow('boom');
});
afterAll(async () => {
  await stop();
  server.closeAllConnections();
  server.close();
});

const ask = (path: string, options: Parameters<typeof get>[1] = {}) =>
  get(url + API_PREFIX + path, { headers: authorized, ...options });

describe('routes', () => {
  const readable = (Object.keys(routes) as RouteName[]).filter(
    (name) => routes[name].method === 'GET' && name !== 'database' && name !== 'events',
  );

  test.each(readable)('%s answers what the contract says', async (name) => {
    const { status, body, headers } = await ask(routes[name].path.replace(':window', '24h'));
    expect({ status, body: status === 200 ? '' : body }).toEqual({ status: 200, body: '' });
    const isText = name === 'metrics';
    expect(headers['content-type']).toMatch(isText ? /^text\/plain; version=0.0.4/ : /^application\/json/);
    expect(routes[name].response.safeParse(isText ? body : JSON.parse(body))).toMatchObject({ success: true });
  });

  test('numbers are bare, as the guide compares them in a shell', async () => {
    expect((await ask('/jobs/queue/size')).body).toBe('3');
    expect((await ask('/errors/count/24h')).body).toBe('1');
  });

  test.each([
    ['/errors/count/yesterday', { status: 400, message: /window/, method: 'GET' }],
    ['/errors/recent?limit=0', { status: 400, message: /limit/, method: 'GET' }],
    ['/errors/recent?limit=many', { status: 400, message: /limit/, method: 'GET' }],
    ['/performance?window=24', { status: 400, message: /window/, method: 'GET' }],
    ['/errors/count/%ff', { status: 400, message: /window/, method: 'GET' }],
    ['/nothing', { status: 404, message: /no such route/, method: 'GET' }],
    ['/health/', { status: 404, message: /no such route/, method: 'GET' }],
    ['/health', { status: 405, message: /another method/, method: 'DELETE' }],
    ['/database', { status: 503, message: /cannot be read/, method: 'GET' }],
  ] as const)('%s is %j', async (path, { status, message, method }) => {
    const answer = await ask(path, { method });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({
      data: null,
      error: { status, message: expect.stringMatching(message) },
    });
    expect(answer.body).not.toContain('hunter2');
  });

  test('HEAD has the headers of GET and no body', async () => {
    const [head, full] = [await ask('/health', { method: 'HEAD' }), await ask('/openapi.json')];
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(JSON.parse(full.body)).toMatchObject({ openapi: '3.1.0', info: { version: '9.9.9' } });
    const described = Object.keys(JSON.parse(full.body).paths);
    expect(described).toHaveLength(Object.keys(routes).length);
    expect(described).toContain(`${API_PREFIX}/errors/count/{window}`);
    const action = JSON.parse(full.body).paths[`${API_PREFIX}/actions/debug-logging`].post;
    expect(action).toMatchObject({
      parameters: [],
      security: [{ actions: [] }],
      requestBody: { content: { 'application/json': { schema: { required: ['enabled'] } } } },
    });
  });

  test('HEAD of a stream ends, and OPTIONS tells the methods to whoever may read', async () => {
    const head = await ask('/events', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '' });
    expect(head.headers['content-type']).toMatch(/^text\/event-stream/);
    const options = await ask('/health', { method: 'OPTIONS' });
    expect(options).toMatchObject({ status: 200, body: '', headers: { allow: 'GET, HEAD' } });
    expect((await ask('/health', { method: 'OPTIONS', headers: {} })).status).toBe(401);
  });

  test('OpenAPI is sound: each operation once, its path parameters, its secret, its body', async () => {
    const { paths, components } = JSON.parse((await ask('/openapi.json')).body);
    const operations = Object.entries<Record<string, Operation>>(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
    );
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(routes).sort());
    for (const { path, method, parameters, security, requestBody, responses } of operations) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(inPath.every(({ required }) => required)).toBe(true);
      expect(new Set(parameters.map(({ name }) => name)).size).toBe(parameters.length);
      const isAction = path.includes('/actions/');
      expect(security.flatMap(Object.keys)).toEqual([isAction ? 'actions' : 'monitoring']);
      expect(components.securitySchemes).toHaveProperty(security.flatMap(Object.keys));
      expect([method, requestBody !== undefined]).toEqual(isAction ? ['post', true] : ['get', false]);
      expect(Object.values(responses).every(({ description }) => description.length > 0)).toBe(true);
    }
    const debug = operations.find(({ operationId }) => operationId === 'debugLogging');
    expect(debug?.requestBody?.content['application/json'].schema).toMatchObject({
      required: ['enabled'],
      additionalProperties: false,
    });
  });

  test('a source that hangs is cut off, and does not hide the other figures', async () => {
    state.jobsHang = true;
    try {
      expect(await ask('/jobs')).toMatchObject({ status: 503, body: expect.stringContaining('in time') });
    } finally {
      state.jobsHang = false;
      state.answer();
    }
    expect(answered.length).toBeGreaterThan(0);
  });

  test('the host is measured over a time that means something, however many ask at once', async () => {
    const bodies = [];
    for (let question = 0; question < 5; question++) bodies.push((await ask('/system')).body);
    expect(new Set(bodies).size).toBe(1);
  });
});

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly security: readonly Record<string, unknown>[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: unknown } } };
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

describe('actions', () => {
  const act = (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
    fetch(`${url}${API_PREFIX}/actions/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ACTIONS_SECRET}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }).then(async (response) => {
      // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is what it tests
      const body = (await response.json()) as any;
      return { status: response.status, headers: response.headers, body };
    });

  test('need their own secret: not that for reading, and none is nobody', async () => {
    expect((await act('clear-caches', {}, { authorization: `Bearer ${SECRET}` })).status).toBe(401);
    const listener = createServer();
    const monitor = createMonitor({ ...bare, resolveFrom: import.meta.url });
    listener.on('request', (incoming, response) => void monitor.listener(incoming, response));
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    try {
      const address = listener.address();
      const local = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}${API_PREFIX}`;
      expect((await get(`${local}/performance`)).status).toBe(200);
      expect((await get(`${local}/actions/clear-caches`, { method: 'POST' })).status).toBe(403);
    } finally {
      listener.close();
      await monitor.stop();
    }
  });

  test('debug logging ends by itself, and is taken back', async () => {
    const { status, body } = await act('debug-logging', { enabled: true, ttl: '1s' });
    expect({ status, body }).toMatchObject({ status: 200, body: { action: 'debug-logging', outcome: 'level debug' } });
    expect(Date.parse(body.until) - Date.now()).toBeLessThanOrEqual(1_000);
    expect(levels.at(-1)).toBe('debug');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(levels.at(-1)).toBeUndefined();
    await act('debug-logging', { enabled: true, ttl: '1h' });
    await act('debug-logging', { enabled: false });
    expect(levels.at(-1)).toBeUndefined();
  });

  test('garbage is collected at most once a minute; caches are those registered', async () => {
    const garbage = Array.from({ length: 1_000 }, () => new WeakRef({}));
    await new Promise((resolve) => setTimeout(resolve)); // what was made in this turn is kept until its end
    expect((await act('collect-garbage')).body.outcome).toMatch(/^\d+ bytes freed$/);
    expect(garbage.filter((reference) => reference.deref() !== undefined).length).toBeLessThan(10);
    const again = await act('collect-garbage');
    expect(again.status).toBe(429);
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(50);
    expect((await act('clear-caches')).body.outcome).toBe('cleared standings');
    expect(state.cleared).toBe(1);
  });

  test.each([
    ['no value', {}, {}, 400, /enabled/],
    ['a misspelt field', { enabled: true, tll: '1h' }, {}, 400, /tll/],
    ['too long', { enabled: true, ttl: '48h' }, {}, 400, /24h at most/],
    ['no JSON', '{"enabled"', {}, 400, /JSON object/],
    ['a form', 'enabled=true', { 'content-type': 'application/x-www-form-urlencoded' }, 415, /send JSON/],
    ['too much', `{"enabled":true,"x":"${'x'.repeat(20_000)}"}`, {}, 413, /more than/],
  ])('%s is refused with the reason', async (_name, body, headers, status, message) => {
    const before = levels.length;
    const answer = await act('debug-logging', body, headers as Record<string, string>);
    expect({ status: answer.status, message: answer.body.error.message }).toEqual({
      status,
      message: expect.stringMatching(message),
    });
    expect(levels).toHaveLength(before);
  });

  test('GET of an action is another method, and a wrong secret tells nothing', async () => {
    const headers = { authorization: `Bearer ${ACTIONS_SECRET}` };
    expect(await ask('/actions/clear-caches', { headers })).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });
});

describe('actions of an application that fails', () => {
  const caller = { address: '192.0.2.1', agent: 'test' };
  function acting(controls: Partial<Controls>) {
    const [audited, errors]: [AuditEntry[], unknown[]] = [[], []];
    const witnesses = { audit: (entry: AuditEntry) => audited.push(entry), onError: (e: unknown) => errors.push(e) };
    return { actions: createActions({ caches: new Map(), ...controls }, witnesses), audited, errors };
  }

  test('a log that cannot be set back harms nobody, and is set back at the next occasion', async () => {
    const set: (string | undefined)[] = [];
    const log = { isBroken: true };
    const { actions, errors, audited } = acting({
      setLogLevel(level) {
        if (level === undefined && log.isBroken) throw new Error('the log is gone');
        set.push(level);
      },
    });
    await actions.debugLogging({ enabled: true, ttl: '0s' }, caller);
    // From a timer: had it thrown, this process would have ended.
    while (errors.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(actions.debugLogging({ enabled: false, ttl: '15m' }, caller)).rejects.toThrow('the log is gone');
    expect(audited.map(({ outcome }) => outcome)).toEqual(['level debug', 'failed']);
    expect(actions.stop).not.toThrow();
    log.isBroken = false;
    actions.stop();
    expect([set, errors.length]).toEqual([['debug', undefined], 2]);
  });

  test('a second call extends: the first end does not come', async () => {
    const set: (string | undefined)[] = [];
    const { actions } = acting({ setLogLevel: (level) => set.push(level) });
    await actions.debugLogging({ enabled: true, ttl: '1s' }, caller);
    const { until = '' } = await actions.debugLogging({ enabled: true, ttl: '1h' }, caller);
    expect(Date.parse(until) - Date.now()).toBeGreaterThan(3_500_000);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(set).toEqual(['debug', 'debug']);
    actions.stop();
    expect(set.at(-1)).toBeUndefined();
  });

  test('one cache that fails leaves the others cleared, and is written down without its words', async () => {
    let cleared = 0;
    const fail = () => {
      throw new Error('password=hunter2');
    };
    const { actions, audited } = acting({
      caches: new Map([
        ['bad', fail],
        ['good', () => (cleared += 1)],
      ]),
    });
    await expect(actions.clearCaches({}, caller)).rejects.toThrow('caches that could not be cleared: bad');
    expect(cleared).toBe(1);
    expect(audited).toEqual([{ ...caller, action: 'clear-caches', outcome: 'failed' }]);
  });

  test('refusals are written down, not more than one a second', async () => {
    const { actions, audited } = acting({});
    for (let i = 0; i < 50; i++) await expect(actions.clearCaches({}, caller)).rejects.toThrow('no caches');
    expect(audited.length).toBeGreaterThan(0);
    expect(audited.length).toBeLessThan(50);
    const outcome = 'refused: the application registered no caches';
    expect(audited[0]).toEqual({ ...caller, action: 'clear-caches', outcome });
  });
});

describe('performance over time', () => {
  test.each([
    ['1h', 60, 60],
    ['24h', 3_600, 24],
    ['7d', 3_600, 168],
    ['30d', 86_400, 30],
  ])('%s: a bucket each %i s', async (window, stepSeconds, count) => {
    const { body } = await ask(`/performance/over-time?window=${window}`);
    const { buckets, ...history } = routes.performanceOverTime.response.parse(JSON.parse(body));
    expect([history.stepSeconds, buckets.length]).toEqual([stepSeconds, count]);
    // Whole steps, the newest under way, which has all that ran.
    expect(buckets.map(({ from }) => Date.parse(from) % (stepSeconds * 1_000))).toEqual(buckets.map(() => 0));
    expect(buckets.at(-1)).toMatchObject({ executions: expect.any(Number) });
    expect(buckets.reduce((sum, { errors }) => sum + errors, 0)).toBe(1);
  });
});

describe('events', () => {
  test('everything at once, then only what changed, for as long as somebody listens', async () => {
    const response = await fetch(`${url}${API_PREFIX}/events`, {
      headers: authorized,
      signal: AbortSignal.timeout(5_000),
    });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (['overview', 'performance', 'jobs'].every((name) => text.includes(`event: ${name}\n`))) break;
    }
    const events = [...text.matchAll(/id: [0-9a-f]{8}-(\d+)\nevent: (\w+)\ndata: (.+)\n\n/g)];
    expect(events.map(([, id]) => Number(id))).toEqual([1, 2, 3]);
    for (const [, , name, data] of events) {
      const schema = { overview: routes.health, performance: routes.performance, jobs: routes.jobs }[String(name)];
      expect(schema?.response.safeParse(JSON.parse(String(data))).success).toBe(true);
    }
  });

  test('a client that comes again gets what it has missed, and everything from another process', async () => {
    const values = { one: 1, two: 1 };
    const { port, stop } = await serve(
      createEventStream({ one: async () => values.one, two: async () => values.two }, 20),
    );
    const listen = async (lastEventId: string, enough: (text: string) => boolean) => {
      const headers: Record<string, string> = lastEventId ? { 'last-event-id': lastEventId } : {};
      const response = await fetch(`http://127.0.0.1:${port}`, { headers, signal: AbortSignal.timeout(8_000) });
      let text = '';
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString();
        if (enough(text)) return text;
      }
      return text;
    };
    // Somebody always listens: what was told is kept for as long.
    const other = new AbortController();
    try {
      await fetch(`http://127.0.0.1:${port}`, { signal: other.signal });
      const first = await listen('', (text) => text.includes('event: two\n'));
      const id = /id: (\S+)\nevent: two/.exec(first)?.[1] ?? '';
      values.two = 2;
      await listen('', (text) => text.includes('event: two\ndata: 2'));
      const again = await listen(id, (text) => text.includes('event: two\n'));
      expect(again).not.toContain('event: one\n');
      for (const foreign of ['00000000-9', id.replace(/-\d+/, '-x'), 'x'])
        expect(await listen(foreign, (text) => text.includes('event: two\n'))).toContain('event: one\n');
    } finally {
      other.abort();
      stop();
    }
  });

  /** A server that has nothing but events. */
  async function serve(stream: EventStream) {
    const unreadBytes = { now: () => 0 };
    const listener = createServer((incoming, response) => {
      unreadBytes.now = () => response.writableLength;
      if (!stream.attach(incoming, response)) response.writeHead(503).end();
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const address = listener.address();
    const connections = () =>
      new Promise<number>((resolve) => listener.getConnections((_error, count) => resolve(count)));
    const stop = () => {
      stream.stop();
      listener.closeAllConnections();
      listener.close();
    };
    return { port: typeof address === 'object' ? (address?.port ?? 0) : 0, connections, stop, unreadBytes };
  }

  test('a client that does not read is let go', async () => {
    let value = 0;
    const large = async () => ({ value: value++, text: 'x'.repeat(400_000) });
    const { port, connections, stop } = await serve(createEventStream({ large }, 20));
    const sleeper = connect(port, '127.0.0.1');
    sleeper.on('error', () => undefined);
    try {
      sleeper.pause().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      const until = async (count: number) => {
        const end = performance.now() + 8_000;
        while ((await connections()) !== count && performance.now() < end)
          await new Promise((resolve) => setTimeout(resolve, 10));
        expect(await connections()).toBe(count);
      };
      await until(1);
      await until(0);
    } finally {
      sleeper.destroy();
      stop();
    }
  }, 20_000);

  test('what hangs silences nothing else', async () => {
    const { port, stop } = await serve(
      createEventStream({ hangs: () => new Promise(() => undefined), overview: async () => 'here' }, 20),
    );
    const client = connect(port, '127.0.0.1');
    try {
      client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      let text = '';
      for await (const chunk of client) {
        text += chunk;
        if (text.includes('event: overview')) break;
      }
      expect(text).not.toContain('event: hangs');
    } finally {
      client.destroy();
      stop();
    }
  });

  test('nothing is read once it is stopped, though a client keeps its connection', async () => {
    let reads = 0;
    const stream = createEventStream({ some: async () => `${reads++} ${'x'.repeat(100_000)}` }, 10);
    const { port, stop, unreadBytes } = await serve(stream);
    const client = connect(port, '127.0.0.1');
    client.on('error', () => undefined);
    try {
      client.pause().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      // Enough that the end cannot reach it, too little for it to be let go.
      while (unreadBytes.now() === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      stream.stop();
      const atStop = reads;
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(reads).toBe(atStop);
      expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(503);
    } finally {
      client.destroy();
      stop();
    }
  });

  test('a hundred may listen, one more is told to come later', async () => {
    const { port, stop } = await serve(createEventStream({ small: async () => 1 }));
    const abort = new AbortController();
    try {
      const listening = Array.from({ length: 101 }, () => fetch(`http://127.0.0.1:${port}/`, { signal: abort.signal }));
      const statuses = (await Promise.all(listening)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 503)).toHaveLength(1);
    } finally {
      abort.abort();
      stop();
    }
  });
});

describe('usage', () => {
  test('is a mean of each step and instance, of here and of the archive', async () => {
    const at = (seconds: number) => new Date(Date.UTC(2026, 10, 2, 7, 0, seconds)).toISOString();
    const sample = (seconds: number, cpu: number, instance: string) => ({
      timestamp: at(seconds),
      cpu,
      memory: 0.5,
      disk: 0.5,
      network: 0,
      activeUsers: 1,
      requestsPerSecond: 2,
      instance,
    });
    const archive = {
      rollups: async () => [],
      watched: async () => [],
      errors: async () => [],
      events: async () => [],
      lastStart: async () => [],
      usage: async () => [sample(0, 0.2, 'a'), sample(60, 0.4, 'a'), sample(60, 0.9, 'b'), sample(300, 0.1, 'a')],
    };
    const usage = createUsage({
      probe: { read: () => Promise.reject(new Error('not asked')) },
      activity: () => ({ requests: 0, activeUsers: 0 }),
      instance: 'me',
      archive: () => archive,
      push: () => undefined,
    });
    const read = await usage.read({ from: at(0), to: at(600), step: '5m' });
    expect(read.map(({ timestamp, cpu, instance }) => [timestamp, Math.round(cpu * 100), instance])).toEqual([
      [at(0), 30, 'a'],
      [at(0), 90, 'b'],
      [at(300), 10, 'a'],
    ]);
  });
});

describe('who may read', () => {
  test('a thousand guesses at once are refused, each alike', async () => {
    const guesses = Array.from({ length: 1_000 }, (_, i) =>
      ask('/performance', { headers: { authorization: `Bearer ${i}` } }),
    );
    const answers = await Promise.all(guesses);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  });

  test.each([
    ['nothing', undefined],
    ['another secret', 'Bearer another'],
    ['a longer one', `Bearer ${SECRET}x`],
    ['the secret without its scheme', SECRET],
    ['an empty one', 'Bearer '],
  ])('with a secret, %s is 401 before anything else is looked at', async (_name, authorization) => {
    for (const path of ['/health', '/nothing', '/errors/count/yesterday']) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      expect((await ask(path, { headers })).status).toBe(401);
    }
  });

  test('a secret of any letters is taken as programs send it: those of curl in UTF-8, those of fetch in Latin-1', () => {
    const gate = createGate('Schlüssel der Überwachung', () => false);
    for (const encoding of ['utf8', 'latin1'] as const) {
      const authorization = Buffer.from('Bearer Schlüssel der Überwachung', encoding).toString('latin1');
      expect(gate({ headers: { authorization } } as IncomingMessage)).toBe('admitted');
    }
  });

  test.each([
    ['127.0.0.1', {}, 'admitted'],
    ['127.8.9.10', {}, 'admitted'],
    ['::1', {}, 'admitted'],
    ['::ffff:127.0.0.1', {}, 'admitted'],
    ['::ffff:10.0.0.1', {}, 403],
    ['10.0.0.1', {}, 403],
    ['fe80::1', {}, 403],
    [undefined, {}, 403],
    ['127.0.0.1', { 'x-forwarded-for': '203.0.113.9' }, 403],
    ['127.0.0.1', { forwarded: 'for=203.0.113.9' }, 403],
    ['127.0.0.1', { host: 'LOCALHOST' }, 'admitted'],
    ['127.0.0.1', { host: '127.0.0.1:1337' }, 'admitted'],
    ['::1', { host: '[::1]:1337' }, 'admitted'],
    // A page that rebound its own name to this host, or a proxy that passes the name on and no header of its own.
    ['127.0.0.1', { host: 'rebound.example:1337' }, 403],
    ['127.0.0.1', { host: '127.0.0.1.example' }, 403],
    ['127.0.0.1', { host: undefined }, 403],
  ])('without a secret, peer %s with headers %j: %s', (remoteAddress, headers, verdict) => {
    const incoming = { headers: { host: 'localhost:1337', ...headers }, socket: { remoteAddress } };
    expect(createGate(undefined, isLocal)(incoming as unknown as IncomingMessage)).toBe(verdict);
  });
});

describe('health', () => {
  test('is 503 within a second when the database hangs', async () => {
    state.database = 'hangs';
    try {
      const start = performance.now();
      const { status, body } = await ask('/health');
      expect(performance.now() - start).toBeLessThan(1000);
      expect(status).toBe(503);
      const message = 'no answer within 800 ms';
      expect(routes.health.response.parse(JSON.parse(body))).toMatchObject({
        status: 'critical',
        checks: expect.arrayContaining([expect.objectContaining({ name: 'database', message })]),
      });
    } finally {
      state.database = 'healthy';
    }
  });

  test('a check that throws is critical and says why; others keep their word', async () => {
    const refused = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' });
    const checks = await runChecks([{ name: 'a', check: () => Promise.reject(refused) }, database]);
    expect(checks).toMatchObject([
      { name: 'a', status: 'critical', message: 'ECONNREFUSED' },
      { name: 'database', status: 'healthy' },
    ]);
    expect(worstHealth(['healthy', 'critical', 'warning'])).toBe('critical');
    expect(worstHealth([])).toBe('healthy');
  });

  test.each([
    [0, 0, 'healthy'],
    [10, 19, 'healthy'],
    [1, 100, 'healthy'],
    [2, 100, 'warning'],
    [5, 100, 'warning'],
    [6, 100, 'critical'],
  ])('%i failed of %i runs: %s', (failed, executions, status) => {
    expect(errorRateCheck({ failed, executions }).status).toBe(status);
  });

  test.each([
    [80, 10, 'healthy'],
    [81, 10, 'warning'],
    [10, 91, 'critical'],
  ])('heap at %i %% and resident memory at %i %%: %s', (heapUsedBytes, residentBytes, status) => {
    const figures = { pid: 1, eventLoopLagMs: 0, heapLimitBytes: 100, memoryLimitBytes: 100, cpuSeconds: 0 };
    expect(memoryCheck({ ...figures, heapUsedBytes, residentBytes }).status).toBe(status);
  });
});

describe('metrics', () => {
  test('follow the text format, with the histogram adding up', async () => {
    const families = parseMetrics((await ask('/metrics')).body);
    const histogram = families.get('hook_execution_time_seconds');
    expect(histogram?.type).toBe('histogram');
    const of = (suffix: string) =>
      histogram?.samples.filter(({ name, labels }) => name.endsWith(suffix) && labels.operation === 'afterUpdate') ??
      [];
    const bounds = of('_bucket').map(({ labels }) => labels.le);
    expect(bounds).toEqual(expect.arrayContaining(['0.1', '0.5', '2', '+Inf']));
    const counts = of('_bucket').map(({ value }) => value);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect([counts.at(-1), of('_count')[0]?.value]).toEqual([3, 3]);
    const match = { content_type: 'api::match.match', source: 'model' };
    const errors = families.get('hook_errors_total')?.samples;
    expect(errors).toEqual([
      { name: 'hook_errors_total', labels: { ...match, operation: 'afterUpdate' }, value: 0 },
      { name: 'hook_errors_total', labels: { ...match, operation: 'odd"name\\\n' }, value: 1 },
    ]);
    expect(families.get('viktoria_ops_build_info')?.samples[0]?.labels.version).toBe('9.9.9');
    expect(families.get('strapi_jobs')?.samples).toHaveLength(6);
  });

  test('promtool finds nothing to remark', async () => {
    const { body } = await ask('/metrics');
    const promtool = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [promtool.stdout, promtool.stderr]) stream.on('data', (text) => (said += text));
    promtool.stdin.end(body);
    const code = await new Promise((resolve, reject) => {
      promtool.on('close', resolve);
      promtool.on('error', () => reject(new Error('promtool is not installed: apt-get install prometheus')));
    });
    expect({ code, said }).toEqual({ code: 0, said: '' });
  });

  test('a thousand scrapers at once get one page, and the queue is asked once', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_050)); // the page of the test before
    const before = state.reads;
    const pages = await Promise.all(Array.from({ length: 1_000 }, () => ask('/metrics')));
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(pages.map(({ body }) => body)).size).toBeLessThanOrEqual(3);
    expect(state.reads - before).toBeLessThanOrEqual(3);
  });

  test('without a queue and without hooks the page is still whole; a flag that two decide is one series', () => {
    const figures = {
      pid: 1,
      eventLoopLagMs: 0,
      heapUsedBytes: 1,
      heapLimitBytes: 2,
      residentBytes: 1,
      memoryLimitBytes: 2,
      cpuSeconds: 1,
    };
    const families = parseMetrics(
      renderMetrics({
        counters: [],
        isComplete: true,
        usage: undefined,
        seriesDropped: 0,
        http: [],
        process: figures,
        jobs: undefined,
        pool: undefined,
        archive: undefined,
        // Of the file and of a provider that the application has besides.
        flags: ['file', 'acme'].map((source) => ({ name: 'new-table', source, evaluations: 2 })),
        version: '1',
        startedAt: 0,
      }),
    );
    expect(families.get('feature_flag_evaluations_total')?.samples).toEqual([
      { name: 'feature_flag_evaluations_total', labels: { flag: 'new-table' }, value: 4 },
    ]);
    expect([...families.keys()]).not.toContain('strapi_jobs');
    expect([...families.keys()]).toEqual(
      expect.arrayContaining(['process_cpu_seconds_total', 'viktoria_ops_build_info']),
    );
  });
});
