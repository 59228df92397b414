import { spawn } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { API_PREFIX, type RouteName, routes } from '../../src/lib/contract/index.js';
import { createGate } from '../../src/lib/monitor/auth.js';
import { errorRateCheck, memoryCheck, runChecks, worstHealth } from '../../src/lib/monitor/health.js';
import { createMonitor, type HealthCheck, type Lifecycles, type QueueSource } from '../../src/lib/monitor/index.js';
import { renderMetrics } from '../../src/lib/monitor/prometheus.js';
import { get, parseMetrics } from '../support/monitoring.js';

const SECRET = 'a-secret-of-the-test';
const authorized = { authorization: `Bearer ${SECRET}` };

const state = { database: 'healthy' as 'healthy' | 'hangs', jobsHang: false, reads: 0 };
const database: HealthCheck = {
  name: 'database',
  check: () =>
    state.database === 'hangs' ? new Promise(() => {}) : Promise.resolve({ status: 'healthy', message: 'answers' }),
};
const queue: QueueSource = {
  name: 'test',
  read: () => {
    state.reads += 1;
    return state.jobsHang
      ? new Promise<never>(() => {})
      : Promise.resolve({
          states: { ready: 3, failed: 0 },
          readyByType: { mail: 3 },
          oldestReadyAgeSeconds: 4.5,
          processedPerMinute: 1,
          completed: 9,
          averageProcessingMs: null,
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

beforeAll(async () => {
  const monitor = createMonitor({
    application: { version: '1.2.3', environment: 'test', startedAt: new Date(), activeConnections: () => 2 },
    checks: [database],
    resolveFrom: import.meta.url,
    postgres: { host: '127.0.0.1', port: 9, user: 'hunter2', password: 'hunter2' },
    jobs: [],
    activity: () => ({ requests: 0, activeUsers: 0 }),
    diskPath: tmpdir(),
    version: '9.9.9',
    secret: SECRET,
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
  const readable = (Object.keys(routes) as RouteName[]).filter((name) => name !== 'database');

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
  });

  test('a source that hangs is cut off, and does not hide the other figures', async () => {
    state.jobsHang = true;
    try {
      expect(await ask('/jobs')).toMatchObject({ status: 503, body: expect.stringContaining('in time') });
    } finally {
      state.jobsHang = false;
    }
    expect(answered.length).toBeGreaterThan(0);
  });
});

describe('who may read', () => {
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
  ])('without a secret, peer %s with headers %j: %s', (remoteAddress, headers, verdict) => {
    const incoming = { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
    expect(createGate(undefined)(incoming)).toBe(verdict);
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

  test('without a queue and without hooks the page is still whole', () => {
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
        seriesDropped: 0,
        http: [],
        process: figures,
        jobs: undefined,
        pool: undefined,
        archive: undefined,
        flags: [],
        version: '1',
        startedAt: 0,
      }),
    );
    expect([...families.keys()]).not.toContain('strapi_jobs');
    expect([...families.keys()]).toEqual(
      expect.arrayContaining(['process_cpu_seconds_total', 'viktoria_ops_build_info']),
    );
  });
});
