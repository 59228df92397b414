import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { API_PREFIX, type HookMetric, routes } from '../../src/lib/contract/index.js';
import { type Backend, prepareDatabase, startBackend } from '../../src/lib/demo/backend.js';
import { sendTraffic } from '../../src/lib/demo/traffic.js';
import { sql, testServer, useDatabase } from '../support/database.js';
import { get, parseMetrics } from '../support/monitoring.js';

const SECRET = 'the-secret-of-this-test';
const headers = { authorization: `Bearer ${SECRET}` };
const database = useDatabase();
const logDirectory = mkdtempSync(join(tmpdir(), 'viktoria-ops-test-'));
let backend: Backend;

const start = (pg: { host: string; port: number; user: string; database: string }) =>
  startBackend({ pg, port: 0, secret: SECRET, logDirectory });

beforeAll(async () => {
  await prepareDatabase({ ...testServer, database: database.name });
  backend = await start({ ...testServer, database: database.name });
});
afterAll(async () => {
  await backend.stop();
  rmSync(logDirectory, { recursive: true });
});

const put = (path: string, data: unknown) => get(backend.url + path, { method: 'PUT', data });
const post = (path: string, data: unknown) => get(backend.url + path, { method: 'POST', data });
const monitoring = async (path: string) => JSON.parse((await get(backend.url + API_PREFIX + path, { headers })).body);

/** Runs and errors per hook so far. */
async function hookCounts() {
  const { hooks } = routes.dailyReport.response.parse(await monitoring('/performance/daily-report'));
  const read = (count: (hook: HookMetric) => number) =>
    new Map(hooks.map((hook) => [`${hook.contentType}#${hook.operation}`, count(hook)]));
  return {
    runs: read(({ executions }) => executions),
    errors: read(({ errors }) => errors),
    rejections: read(({ rejections = 0 }) => rejections),
  };
}

/** What an action added to each counter; nothing else runs hooks meanwhile. */
async function countedDuring(action: () => Promise<unknown>) {
  const before = await hookCounts();
  await action();
  const after = await hookCounts();
  const added = (kind: keyof typeof after) =>
    Object.fromEntries(
      [...after[kind]]
        .map(([hook, value]) => [hook, value - (before[kind].get(hook) ?? 0)])
        .filter(([, value]) => value !== 0),
    );
  return { runs: added('runs'), errors: added('errors'), rejections: added('rejections') };
}

describe('hooks of the sample backend', () => {
  test('a result recalculates the table, and every hook it sets off is counted once', async () => {
    const [match] = await sql(database.name, 'select * from matches where home_goals is null order by id limit 1');
    const pointsOf = async () =>
      (
        await sql(database.name, 'select points, goals_for from standings where team_id = $1', [match?.home_team_id])
      )[0];
    const before = await pointsOf();
    const counted = await countedDuring(() =>
      put(`/api/matches/${Number(match?.id)}`, { home_goals: 3, away_goals: 1 }),
    );
    expect(counted).toEqual({
      runs: {
        'api::match.match#beforeUpdate': 1,
        'api::match.match#afterUpdate': 1,
        'api::team.team#beforeUpdate': 2,
        'api::team.team#afterUpdate': 2,
      },
      errors: {},
      rejections: {},
    });
    expect(await pointsOf()).toEqual({
      points: Number(before?.points ?? 0) + 3,
      goals_for: Number(before?.goals_for ?? 0) + 3,
    });
    const performance = routes.performance.response.parse(await monitoring('/performance'));
    const afterUpdate = performance.slowestHooks.find(
      ({ contentType, operation }) => contentType === 'api::match.match' && operation === 'afterUpdate',
    );
    expect(afterUpdate?.averageOwnTime).toBeLessThan(afterUpdate?.averageExecutionTime ?? 0);
  });

  test('a failing hook rolls the change back, answers 500 and is a failure', async () => {
    const { data: team } = JSON.parse((await post('/api/teams', { name: 'FC Neu', city: 'Wertheim' })).body);
    const counted = await countedDuring(async () => {
      expect((await put(`/api/teams/${team.id}`, { city: 'Lost' })).status).toBe(500);
    });
    expect(counted.errors).toEqual({ 'api::team.team#afterUpdate': 1 });
    expect(await sql(database.name, 'select city from teams where id = $1', [team.id])).toEqual([{ city: 'Wertheim' }]);
    const [latest] = routes.recentErrors.response.parse(await monitoring('/errors/recent?limit=1'));
    expect(latest).toMatchObject({ outcome: 'failed', message: 'division by zero', errorType: 'DatabaseError' });
    expect(await monitoring('/errors/count/1h')).toBeGreaterThanOrEqual(1);
  });

  test.each([
    ['a score no match ends with', 'PUT', '/api/matches/1', { home_goals: 99, away_goals: 0 }],
    ['half a score', 'PUT', '/api/matches/1', { home_goals: 1, away_goals: null }],
    [
      'a player without a name',
      'POST',
      '/api/players',
      { team_id: 1, name: ' ', position: 'forward', shirt_number: 30 },
    ],
    [
      'a team against itself',
      'POST',
      '/api/matches',
      { season_id: 1, home_team_id: 1, away_team_id: 1, kick_off: '2027-05-01' },
    ],
  ])('%s is refused with 400, and counted as refused', async (...[, method, path, data]) => {
    const counted = await countedDuring(async () => {
      const { status, body } = await get(backend.url + path, { method, data });
      expect({ status, name: JSON.parse(body).error.name }).toEqual({ status: 400, name: 'ValidationError' });
    });
    expect(counted.errors).toEqual({});
    expect(Object.values(counted.rejections)).toEqual([1]);
  });

  test('overlapping matches of one team are refused', async () => {
    const match = { season_id: 1, home_team_id: 1, away_team_id: 2, kick_off: '2027-04-01T15:00:00Z' };
    expect((await post('/api/matches', match)).status).toBe(201);
    const { status, body } = await post('/api/matches', {
      ...match,
      home_team_id: 3,
      kick_off: '2027-04-01T16:30:00Z',
    });
    expect(status).toBe(400);
    expect(body).toContain('plays match');
  });

  test.each([
    ['/api/teams/4711', 404],
    ['/api/teams/x', 404],
    ['/api/nothing', 404],
    ['/elsewhere', 404],
    ['/api/teams/1/players', 404],
    ['/api/standings', 200],
    ['/api/players/1', 200],
  ])('GET %s is %i', async (path, status) => {
    expect((await get(backend.url + path)).status).toBe(status);
  });
});

describe('jobs', () => {
  test('ready jobs are done; jobs for later are not ready and not in the size', async () => {
    const insert = `insert into jobs (type, payload, run_at) values
      ('match-report', '{}', now()), ('match-report', '{}', now() + interval '1 day'), ('unknown', '{}', now())`;
    const before = routes.jobs.response.parse(await monitoring('/jobs'));
    await sql(database.name, insert);
    const deadline = performance.now() + 8_000;
    let status = before;
    while (performance.now() < deadline && (status.failedJobs === before.failedJobs || status.queueSize > 0)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      status = routes.jobs.response.parse(await monitoring('/jobs'));
    }
    expect(status.completedJobs).toBeGreaterThan(before.completedJobs ?? 0);
    expect(status).toMatchObject({ queueSize: 0, oldestReadyAgeSeconds: null, failedJobs: before.failedJobs + 1 });
    expect(status.jobsByState.scheduled).toBe((before.jobsByState.scheduled ?? 0) + 1);
    const [failed] = await sql(database.name, `select attempts, error from jobs where state = 'failed'`);
    expect(failed).toEqual({ attempts: 3, error: 'no worker knows jobs of type unknown' });
  });
});

describe('traffic', () => {
  test('is real, of every kind, and the log has a line a request', async () => {
    const lines = () => readFileSync(join(logDirectory, 'backend.log'), 'utf8').trimEnd().split('\n');
    const before = lines().length;
    const signal = new AbortController().signal;
    const counts = await sendTraffic({ url: backend.url, seed: 1, requests: 120, signal });
    expect(counts.requests).toBe(120);
    expect(counts.succeeded + counts.refused + counts.failed).toBe(120);
    for (const kind of ['succeeded', 'refused', 'failed'] as const) expect(counts[kind]).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const written = lines()
      .slice(before)
      .map((line) => JSON.parse(line));
    expect(written.filter(({ level }) => level === 'http')).toHaveLength(120);
    expect(written.filter(({ level }) => level === 'error')).toHaveLength(counts.failed);
    expect(routes.database.response.parse(await monitoring('/database')).tableStatistics).toHaveLength(6);
  });

  test('stops at the signal', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    setTimeout(() => controller.abort(reason), 30);
    const traffic = sendTraffic({ url: backend.url, seed: 1, requests: 5_000, signal: controller.signal });
    await expect(traffic).rejects.toBe(reason);
  });
});

describe('without its database', () => {
  test('health is 503 within a second when the server ends every connection, and 200 again when it is back', async () => {
    const health = () => get(`${backend.url}${API_PREFIX}/health`, { headers });
    await sql('postgres', `alter database ${database.name} with allow_connections false`);
    try {
      await sql('postgres', 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
        database.name,
      ]);
      const begin = performance.now();
      const { status, body } = await health();
      expect(performance.now() - begin).toBeLessThan(1_000);
      expect(status).toBe(503);
      expect(routes.health.response.parse(JSON.parse(body)).status).toBe('critical');
    } finally {
      await sql('postgres', `alter database ${database.name} with allow_connections true`);
    }
    const { body } = await health();
    const checks = routes.health.response.parse(JSON.parse(body)).checks;
    expect(checks.find(({ name }) => name === 'database')?.status).toBe('healthy');
  });

  describe('at a port that accepts and never answers', () => {
    const sockets = new Set<Socket>();
    let silent: Server;
    let lost: Backend;
    beforeAll(async () => {
      silent = createServer((socket) => void sockets.add(socket));
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const address = silent.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      lost = await start({ ...testServer, port, database: 'none' });
    });
    afterAll(async () => {
      silent.close();
      for (const socket of sockets) socket.destroy();
      await lost.stop();
    });

    test('health is 503 within a second and the hook figures are there', async () => {
      const begin = performance.now();
      const health = await get(`${lost.url}${API_PREFIX}/health`, { headers });
      expect(performance.now() - begin).toBeLessThan(1_000);
      expect(health.status).toBe(503);
      expect((await get(`${lost.url}${API_PREFIX}/performance`, { headers })).status).toBe(200);
      const metrics = await get(`${lost.url}${API_PREFIX}/metrics`, { headers });
      expect([...parseMetrics(metrics.body).keys()]).toContain('hook_errors_total');
    });
  });
});
