import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { OperatorError } from '../../src/lib/errors.js';
import { metrics, takeSample } from '../../src/lib/metrics/index.js';
import { sources } from '../../src/lib/metrics/sources/index.js';
import { useInstallation } from '../support/backend.js';
import { testContext } from '../support/context.js';
import { testServer } from '../support/database.js';
import { temporaryDirectory } from '../support/run.js';
import { serve, serveApi, serveRaw } from '../support/stub-server.js';

const UNREACHABLE = 'http://127.0.0.1:9';
const pathsOf = (...names: readonly string[]) =>
  [...metrics.values()].filter(({ source }) => names.includes(source)).map(({ path }) => path);
const everything = [...metrics.keys()];

function contextAt(url: string, sections: Readonly<Record<string, object>> = {}, signal?: AbortSignal) {
  const config = join(temporaryDirectory(), 'config.json');
  const database = { ...testServer, database: 'postgres', sslmode: 'disable' };
  writeFileSync(config, JSON.stringify({ app: { url, timeout: '1s' }, database, ...sections }), { mode: 0o600 });
  return testContext({ configFlags: { config }, ...(signal && { signal }) });
}

const sampleAt = (url: string, paths: readonly string[], sections?: Readonly<Record<string, object>>) =>
  takeSample(contextAt(url, sections), { paths, self: new Map(), memory: {} });

const OVERVIEW = {
  status: 'healthy',
  uptime: 10,
  version: '1',
  environment: 'test',
  lastRestart: '2026-11-01T00:00:00.000Z',
  activeConnections: 2,
  checks: [],
};
const JOBS = {
  queueSize: 0,
  processingRate: null,
  completedJobs: null,
  failedJobs: 0,
  averageProcessingTime: null,
  jobsByType: {},
  jobsByState: {},
  oldestReadyAgeSeconds: null,
};

describe('a real backend', () => {
  const installation = useInstallation();

  test('gives every metric of every source a value of its type', async () => {
    const context = testContext({ configFlags: { config: installation.config } });
    const { values, problems, memory } = await takeSample(context, { paths: everything, self: new Map(), memory: {} });
    expect(problems).toEqual(new Map());
    const unknown = everything.filter((path) => values.get(path) === null && metrics.get(path)?.source !== 'self');
    // The sample backend is younger than a week, its queue keeps no times, its database no statistics of statements.
    expect(unknown.filter((path) => !/^(jobs\.|hooks\.weekly|database\.averageQueryTime)/.test(path))).toEqual([]);
    for (const [path, value] of values) {
      const type = metrics.get(path)?.type === 'text' ? 'string' : metrics.get(path)?.type;
      if (value !== null) expect({ path, type: typeof value }).toEqual({ path, type });
    }
    // A host that is busy with other tests may be short of memory.
    expect(metrics.get('system.status')?.words).toContain(values.get('system.status'));
    expect(values.get('monitoring.available')).toBe(true);
    expect(values.get('database.reachable')).toBe(true);
    expect(Object.keys(memory).toSorted()).toEqual(['changes', 'flags', 'trends']);
  });

  test('each source measures just the metrics that the catalogue has of it', async () => {
    const context = testContext({ configFlags: { config: installation.config } });
    const config = await context.config();
    for (const { name, read } of sources) {
      const { values } = await read({ context, config, memory: undefined });
      const expected = pathsOf(name).filter((path) => path !== 'monitoring.available');
      expect(Object.keys(values).toSorted()).toEqual(expected.toSorted());
    }
  });
});

describe('only what is needed is asked, each once', () => {
  const asked = async (paths: readonly string[]) => {
    const seen: IncomingMessage[] = [];
    await sampleAt(await serveApi({ '/health': OVERVIEW, '/jobs': JOBS }, seen), paths);
    return seen.map(({ url }) => String(url).replace('/api/hook-monitoring', '')).toSorted();
  };

  test.each<[readonly string[], readonly string[]]>([
    [['system.status', 'system.uptime'], ['/health']],
    [
      ['hooks.errorRate', 'hooks.p95', 'jobs.queueSize'],
      ['/jobs', '/performance?window=15m'],
    ],
    [['host.memoryUsage', 'slo.uptime.availability'], []],
    [[], []],
  ])('%j', async (paths, expected) => {
    expect(await asked(paths)).toEqual(expected);
  });

  test('values of the caller stand beside those measured', async () => {
    const self = new Map([['slo.uptime.availability', 0.99]]);
    const paths = ['slo.uptime.availability', 'slo.uptime.coverage', 'host.memoryUsage'];
    const { values } = await takeSample(contextAt(UNREACHABLE), { paths, self, memory: {} });
    expect(values.get('slo.uptime.availability')).toBe(0.99);
    expect(values.get('slo.uptime.coverage')).toBeNull();
    expect(values.get('host.memoryUsage')).toBeGreaterThan(0);
  });
});

describe('an application that does not answer is down; one that answers otherwise is not known', () => {
  const paths = ['system.status', 'monitoring.available', 'hooks.errorRate'];
  const json = (status: number, body: unknown) =>
    serve((_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });

  test.each<[string, () => string | Promise<string>, unknown, unknown, string]>([
    ['refused', () => UNREACHABLE, 'critical', null, 'VOPS-API-UNREACHABLE'],
    ['unknown name', () => 'http://nowhere.invalid', 'critical', null, 'VOPS-API-UNREACHABLE'],
    ['no answer in time', () => serveRaw(() => {}), 'critical', null, 'VOPS-API-TIMEOUT'],
    ['reset', () => serveRaw((socket) => socket.destroy()), 'critical', null, 'VOPS-API-UNREACHABLE'],
    ['a proxy with nothing behind it', () => json(502, {}), 'critical', null, 'VOPS-API-UNREACHABLE'],
    ['maintenance page', () => json(503, {}), 'critical', null, 'VOPS-API-UNREACHABLE'],
    ['our token refused', () => json(401, {}), null, false, 'VOPS-API-DENIED'],
    ['another shape', () => json(200, { status: 'fine' }), null, false, 'VOPS-API-UNEXPECTED'],
    ['an error', () => json(500, {}), null, false, 'VOPS-API-UNEXPECTED'],
    ['no such route', () => json(404, {}), null, false, 'VOPS-API-NOT-OFFERED'],
  ])('%s', async (_, address, status, isAvailable, code) => {
    const { values, problems } = await sampleAt(await address(), paths);
    expect(Object.fromEntries(values)).toMatchObject({
      'system.status': status,
      'monitoring.available': isAvailable,
      'hooks.errorRate': null,
    });
    expect(problems.get('health')?.code).toBe(code);
  });

  test('critical by its own word, with 503', async () => {
    const { values, problems } = await sampleAt(await json(503, { ...OVERVIEW, status: 'critical' }), [
      'system.status',
    ]);
    expect(values.get('system.status')).toBe('critical');
    expect(problems.size).toBe(0);
  });

  test('healthy, but without its figures', async () => {
    const { values, problems } = await sampleAt(await serveApi({ '/health': OVERVIEW }), paths);
    expect(Object.fromEntries(values)).toMatchObject({ 'system.status': 'healthy', 'monitoring.available': false });
    expect([...problems.keys()]).toEqual(['performance']);
  });

  test('a route that this backend does not offer is no fault of the monitoring', async () => {
    const url = await serveApi({ '/health': OVERVIEW });
    const { values, problems } = await sampleAt(url, ['monitoring.available', 'changes.flags', 'database.poolUsage']);
    expect(values.get('monitoring.available')).toBe(true);
    expect([...problems.keys()].toSorted()).toEqual(['application-database', 'flags']);
  });
});

describe('PostgreSQL', () => {
  const paths = ['database.reachable', 'database.connectionUsage'];

  test.each<[string, object, unknown]>([
    ['answers', {}, true],
    ['is not there', { port: 9 }, false],
    ['does not know the database: it is there, but tells us nothing', { database: 'nowhere' }, null],
  ])('%s', async (_, database, expected) => {
    const settings = { ...testServer, database: 'postgres', sslmode: 'disable', ...database };
    const { values } = await sampleAt(UNREACHABLE, paths, { database: settings });
    expect(values.get('database.reachable')).toBe(expected);
    expect(typeof values.get('database.connectionUsage')).toBe(expected === true ? 'number' : 'object');
  });
});

test('of a queue that is read in part there is no figure: an alert over the rest would end', async () => {
  const sources = { 'pg-boss': 'ok', bullmq: 'cannot be read: connect ECONNREFUSED' };
  const url = await serveApi({ '/jobs': { ...JOBS, sources } });
  const { values, problems } = await sampleAt(url, ['jobs.queueSize']);
  expect(values.get('jobs.queueSize')).toBeNull();
  expect(problems.get('jobs')).toMatchObject({
    code: 'VOPS-QUEUE-UNREADABLE',
    message: 'jobs of bullmq cannot be read: connect ECONNREFUSED',
  });
});

describe('time', () => {
  test('a source that takes too long costs nobody else', async () => {
    const url = await serve((request, response) => {
      if (!request.url?.endsWith('/health')) return; // never
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(OVERVIEW));
    });
    const sections = { app: { url, timeout: '60s' }, alerting: { sourceTimeout: '300ms' } };
    const { values, problems } = await sampleAt(url, ['system.status', 'jobs.queueSize'], sections);
    expect(values.get('system.status')).toBe('healthy');
    expect(problems.get('jobs')).toEqual({
      code: 'VOPS-STEP-TIMEOUT',
      message: 'jobs gave no answer within 300 ms (alerting.sourceTimeout)',
    });
  });

  test('an abort ends it all', async () => {
    const controller = new AbortController();
    const url = await serve(() => controller.abort(new OperatorError('VOPS-SIGTERM', 'terminated')));
    const context = contextAt(url, {}, controller.signal);
    const sample = takeSample(context, { paths: ['system.status'], self: new Map(), memory: {} });
    await expect(sample).rejects.toMatchObject({ code: 'VOPS-SIGTERM' });
  });
});

describe('what happened since the last sample', () => {
  const change = (timestamp: string) => ({ timestamp, instance: 'a', seen: 'running', digest: 'd', changes: [] });
  const flag = (name: string, enabled: boolean | null, known = true) => ({
    name,
    enabled,
    known,
    source: 'file',
    percentage: null,
    evaluations: 1,
    enabledEvaluations: 1,
    lastEvaluation: null,
  });
  const first = change('2026-11-01T00:00:00.000Z');
  const second = change('2026-11-01T00:00:30.000Z');

  const series = async (answers: Record<string, unknown>, path: string) => {
    const context = contextAt(await serveApi(answers));
    let memory = {};
    return async (change: Record<string, unknown>) => {
      Object.assign(answers, change);
      const sample = await takeSample(context, { paths: [path], self: new Map(), memory });
      ({ memory } = sample);
      return sample.values.get(path);
    };
  };

  test('changes of the configuration, counted by the clock of the application', async () => {
    const count = await series({ '/config/changes': [first] }, 'changes.config');
    expect(await count({})).toBe(0); // older than the first look
    expect(await count({})).toBe(0);
    expect(await count({ '/config/changes': [second, first] })).toBe(1);
    expect(await count({})).toBe(0);
  });

  test('the first change there ever was', async () => {
    const count = await series({ '/config/changes': [] }, 'changes.config');
    expect(await count({})).toBe(0);
    expect(await count({ '/config/changes': [first] })).toBe(1);
  });

  test('switched flags, also over a sample that failed; not those that are merely asked for', async () => {
    const isChanged = await series({ '/feature-flags': [flag('a', true)] }, 'changes.flags');
    expect(await isChanged({})).toBe(0);
    expect(await isChanged({ '/feature-flags': [flag('unknown', null, false), flag('a', true)] })).toBe(0);
    expect(await isChanged({ '/feature-flags': 'broken' })).toBeNull();
    expect(await isChanged({ '/feature-flags': [flag('a', false)] })).toBe(1);
    expect(await isChanged({})).toBe(0);
  });

  test('trends are asked for once an hour, and compare like with like', async () => {
    const window = { from: first.timestamp, to: second.timestamp, coverage: 1 };
    const hook = (executions: number, averageExecutionTime: number, previousAverageExecutionTime: number | null) => ({
      contentType: 'c',
      operation: 'o',
      executions,
      averageExecutionTime,
      previousAverageExecutionTime,
      change: null,
    });
    const hooks = [hook(30, 10, 20), hook(10, 30, 20), hook(1000, 500, null)];
    const url = await serveApi({ '/performance/weekly-trends': { window, previous: window, hooks } });
    const request = { paths: ['hooks.weeklyChange'], self: new Map(), memory: {} };
    const sample = await takeSample(contextAt(url), request);
    expect(sample.values.get('hooks.weeklyChange')).toBeCloseTo(-0.25);
    expect(sample.values.get('hooks.weeklyExecutions')).toBe(40);
    const again = await takeSample({ ...contextAt(url), now: () => sample.at }, { ...request, memory: sample.memory });
    expect(again.values.get('hooks.weeklyChange')).toBeNull();
    expect(again.problems.size).toBe(0);
  });
});
