import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { type HookMetric, HookPerformance, routes } from '../../src/lib/contract/index.js';
import { type PostgresServer, startPostgres } from '../../src/lib/demo/postgres.js';
import { packageRoot } from '../../src/lib/package.js';
import { get, parseMetrics } from '../support/monitoring.js';
import { runJson, temporaryDirectory } from '../support/run.js';
import { type StrapiApp, signInAsAdministrator, startStrapi } from './app.js';

let postgres: PostgresServer;
let app: StrapiApp;
const database = () => ({ port: postgres.port, name: 'strapi' });

beforeAll(async () => {
  postgres = await startPostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' } });
  await query('create database strapi', 'postgres');
  app = await startStrapi(database());
}, 120_000);
afterAll(async () => {
  await app?.stop();
  await postgres?.stop();
}, 30_000);

async function query(text: string, name = 'strapi') {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ host: '127.0.0.1', port: postgres.port, user: 'postgres', database: name });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

const Truth = z.record(z.string(), z.object({ runs: z.number(), failures: z.number(), totalMs: z.number() }));
const Document = z.object({ documentId: z.string() });
const RestDocument = z.object({ data: Document });

const performanceOf = async (of: StrapiApp): Promise<HookPerformance> =>
  HookPerformance.parse((await of.monitoring('/performance?window=1h')).body);
/** All hooks: the answer about performance shows the slowest alone. */
const hooksOf = async (of: StrapiApp): Promise<readonly HookMetric[]> =>
  routes.dailyReport.response.parse((await of.monitoring('/performance/daily-report')).body).hooks;

const nameOf = ({ contentType, operation }: HookMetric) => `${contentType}#${operation}`;
const countsOf = (hooks: readonly HookMetric[]) =>
  new Map(hooks.map((hook) => [`${hook.source} ${nameOf(hook)}`, hook.executions]));

/** What a piece of work set off: runs by hook, as we counted them and as the hooks did. */
async function setOff(work: () => Promise<unknown>) {
  const before = countsOf(await hooksOf(app));
  await app.call('POST', '/api/truth/forget');
  await work();
  const after = countsOf(await hooksOf(app));
  const truth = Truth.parse((await app.call('GET', '/api/truth')).body);
  const counted: Record<string, number> = {};
  for (const [name, runs] of after) {
    const [source, hook = ''] = name.split(' ');
    const more = runs - (before.get(name) ?? 0);
    if (more > 0) counted[source === 'model' ? hook : `subscriber ${hook}`] = more;
  }
  const expected = Object.fromEntries(Object.entries(truth).map(([name, { runs }]) => [name, runs]));
  return { counted, expected, truth };
}

async function create(path: string, data: unknown): Promise<string> {
  const { status, body } = await app.call('POST', path, { data });
  expect(status).toBe(201);
  return RestDocument.parse(body).data.documentId;
}

async function createMatch(): Promise<string> {
  const [homeTeam, awayTeam] = [await create('/api/teams', { name: 'A' }), await create('/api/teams', { name: 'B' })];
  // By the Document Service: REST wants rights on the teams to relate them.
  const { body } = await app.drive('api::match.match', 'create', { data: { homeTeam, awayTeam } });
  return Document.parse(body).documentId;
}

describe('every hook run is counted, with its subscriber', () => {
  test('a final score recalculates both teams: each hook as often as it ran', async () => {
    const match = await createMatch();
    const { counted, expected } = await setOff(() =>
      app.call('PUT', `/api/matches/${match}`, { data: { homeGoals: 2, awayGoals: 1, state: 'final' } }),
    );
    expect(counted).toEqual(expected);
    expect(counted).toEqual({
      'api::match.match#beforeUpdate': 1,
      'api::match.match#afterUpdate': 1,
      'api::team.team#beforeUpdate': 2,
      'api::team.team#afterUpdate': 2,
      'subscriber api::team.team#afterUpdate': 2,
    });
  });

  test.each([
    ['create', async () => app.drive('api::article.article', 'create', { data: { title: 'a' } }), { Create: 1 }],
    [
      'create and publish',
      async () => app.drive('api::article.article', 'create', { data: { title: 'a' }, status: 'published' }),
      { Create: 2 },
    ],
  ])('Draft & Publish: %s', async (_name, work, expectedRuns) => {
    const { counted, expected } = await setOff(work);
    expect(counted).toEqual(expected);
    for (const [operation, runs] of Object.entries(expectedRuns)) {
      expect(counted[`api::article.article#before${operation}`]).toBe(runs);
      expect(counted[`api::article.article#after${operation}`]).toBe(runs);
    }
  });

  test.each(['publish', 'unpublish', 'discardDraft', 'clone', 'update', 'delete'])(
    'Draft & Publish: %s, and one action beside its hooks',
    async (action) => {
      const made = await app.drive('api::article.article', 'create', { data: { title: 'a' }, status: 'published' });
      const { documentId } = Document.parse(made.body);
      const actions = async () =>
        (await performanceOf(app)).documents?.find((document) => nameOf(document) === `api::article.article#${action}`)
          ?.executions ?? 0;
      const before = await actions();
      const { counted, expected } = await setOff(() =>
        app.drive('api::article.article', action, { documentId, data: { title: 'b' } }),
      );
      expect(Object.keys(counted).length).toBeGreaterThan(0);
      expect(counted).toEqual(expected);
      expect(await actions()).toBe(before + 1);
    },
  );
});

describe('the figures are true', () => {
  test('time of a hook is the time it measured itself, and own time leaves out the hooks it set off', async () => {
    const match = await createMatch();
    const before = (await hooksOf(app)).find((hook) => nameOf(hook) === 'api::match.match#afterUpdate');
    const { truth } = await setOff(async () => {
      for (let i = 0; i < 5; i++) {
        await app.call('PUT', `/api/matches/${match}`, { data: { homeGoals: i, awayGoals: 1, state: 'final' } });
      }
    });
    const after = (await hooksOf(app)).find((hook) => nameOf(hook) === 'api::match.match#afterUpdate');
    const total = ({ executions, averageExecutionTime }: HookMetric) => executions * (averageExecutionTime ?? 0);
    const own = ({ executions, averageOwnTime }: HookMetric) => executions * (averageOwnTime ?? 0);
    const none = { executions: 0, averageExecutionTime: 0, averageOwnTime: 0 } as HookMetric;
    if (!after) throw new Error('the hook is not there');
    const measured = total(after) - total(before ?? none);
    const itself = truth['api::match.match#afterUpdate']?.totalMs ?? 0;
    expect(measured / itself).toBeGreaterThan(0.95);
    expect(measured / itself).toBeLessThan(1.05);
    // Two subscribers of 5 ms in each of five runs.
    expect(measured - (own(after) - own(before ?? none))).toBeGreaterThan(45);
    expect(after.averageQueries).toBeGreaterThan(3);
    expect(after.averageQueryTime).toBeGreaterThan(0);
    expect(after.averageQueryTime ?? 0).toBeLessThan(after.averageExecutionTime ?? 0);
  });

  test('refused input is no failure; a failure rolls back, and both are seen', async () => {
    const match = await createMatch();
    const before = await performanceOf(app);
    const metric = async () => (await hooksOf(app)).find((hook) => nameOf(hook) === 'api::match.match#afterUpdate');
    const earlier = await metric();
    expect((await app.call('PUT', `/api/matches/${match}`, { data: { homeGoals: -1 } })).status).toBe(400);
    expect((await app.call('PUT', `/api/matches/${match}`, { data: { homeGoals: 42 } })).status).toBe(500);
    const after = await performanceOf(app);
    expect(after.rejectedExecutions - before.rejectedExecutions).toBe(1);
    expect(after.failedExecutions - before.failedExecutions).toBe(1);
    expect(((await metric())?.rolledBack ?? 0) - (earlier?.rolledBack ?? 0)).toBe(1);
    expect(after.recentErrors.slice(0, 2)).toMatchObject([
      { operation: 'afterUpdate', errorType: 'TypeError', outcome: 'failed', message: 'no match ends like that' },
      { operation: 'beforeUpdate', errorType: 'ValidationError', outcome: 'rejected' },
    ]);
    const { body } = await app.call('GET', `/api/matches/${match}`);
    expect(body).toMatchObject({ data: { homeGoals: null } });
    expect((await app.monitoring('/errors/count/24h')).body).toBe(after.failedExecutions);
  });

  test('jobs of pg-boss, the pool, the tables and the statistics are those of the application', async () => {
    const { body: before } = await app.monitoring('/jobs/queue/size');
    const match = await createMatch();
    await app.call('PUT', `/api/matches/${match}`, { data: { homeGoals: 1, awayGoals: 1, state: 'final' } });
    expect((await app.monitoring('/jobs/queue/size')).body).toBe(Number(before) + 1);
    expect((await app.monitoring('/jobs')).body).toMatchObject({ sources: { 'pg-boss': 'ok' } });
    const { connectionPoolStatus, tableStatistics } = routes.database.response.parse(
      (await app.monitoring('/database')).body,
    );
    expect(connectionPoolStatus.max).toBe(10);
    expect(tableStatistics.map(({ table }) => table)).toEqual(expect.arrayContaining(['matches', 'teams']));
    expect(tableStatistics.map(({ table }) => table)).not.toContain('rollups');
    expect((await app.monitoring('/health')).body).toMatchObject({ version: '1.0.0', environment: 'production' });
  });

  test('what Prometheus scrapes', async () => {
    const { status, body } = await app.monitoring('/metrics');
    expect(status).toBe(200);
    const families = parseMetrics(String(body));
    const labels = { content_type: 'api::match.match', operation: 'afterUpdate' };
    const count = families
      .get('hook_execution_time_seconds')
      ?.samples.find(
        ({ name, labels: given }) =>
          name.endsWith('_count') && given.content_type === labels.content_type && given.operation === labels.operation,
      );
    expect(count?.value).toBeGreaterThan(0);
    expect(families.get('hook_errors_total')?.samples.length).toBeGreaterThan(5);
    const requests = families.get('http_request_duration_seconds')?.samples ?? [];
    expect(requests.map(({ labels: { route } }) => route)).toContain('/api/matches/:id');
    expect(requests.some(({ labels: { route } }) => route?.includes('hook-monitoring'))).toBe(false);
  });
});

describe('what people may switch', () => {
  test('feature flags: ours by their file, Strapi’s own counted beside them', async () => {
    expect((await app.call('GET', '/api/flags')).body).toEqual({ ours: true, strapis: false });
    const { body } = await app.monitoring('/feature-flags');
    expect(routes.featureFlags.response.parse(body)).toMatchObject([
      { name: 'new-table', source: 'file', enabled: true, owner: 'web', evaluations: 1, enabledEvaluations: 1 },
      { name: 'old-table', source: 'strapi', evaluations: 1, enabledEvaluations: 0 },
    ]);
  });

  test('a changed configuration is told at the next start, by its path and not its value', async () => {
    const again = await startStrapi(database(), {
      PUBLIC_URL: 'https://viktoria.example',
      HOOK_MONITORING_ACTIONS_SECRET: 'actions-of-the-tests',
    });
    try {
      const changes = async () => routes.configChanges.response.parse((await again.monitoring('/config/changes')).body);
      for (let attempt = 0; attempt < 50 && (await changes()).length === 0; attempt++) {
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      const [change, ...older] = await changes();
      expect(older).toEqual([]);
      expect(change).toMatchObject({ seen: 'boot' });
      expect(change?.changes).toContainEqual({ path: 'server.url', kind: 'changed' });
      expect(change?.changes.every(({ path }) => /^(server|admin)\./.test(path))).toBe(true);
      expect(JSON.stringify(await changes())).not.toContain('viktoria.example');

      const act = (secret: string) =>
        fetch(`${again.url}/api/hook-monitoring/actions/clear-caches`, {
          method: 'POST',
          headers: { authorization: `Bearer ${secret}` },
        });
      expect((await act('guess')).status).toBe(401);
      expect(await (await act('actions-of-the-tests')).json()).toMatchObject({ outcome: 'cleared standings' });
    } finally {
      await again.stop();
    }
    const { default: pg } = await import('pg');
    const client = new pg.Client({ host: '127.0.0.1', port: postgres.port, user: 'postgres', database: 'strapi' });
    await client.connect();
    const { rows } = await client.query(`select body from viktoria_ops.events where kind = 'action' order by at`);
    await client.end();
    expect(rows.map(({ body }) => body)).toMatchObject([
      {
        action: expect.stringContaining('clear-caches'),
        outcome: 'refused',
        address: expect.stringContaining('127.0.0.1'),
      },
      { action: 'clear-caches', outcome: 'cleared standings' },
    ]);
  }, 60_000);
});

describe('when something breaks', () => {
  test('PostgreSQL stopped and back: health says so within a second, figures go on, nothing is lost', async () => {
    await createMatch();
    const before = await performanceOf(app);
    await postgres.halt();
    const begun = performance.now();
    const health = await app.monitoring('/health');
    expect(performance.now() - begun).toBeLessThan(1_500);
    expect(health).toMatchObject({ status: 503, body: { status: 'critical' } });
    expect((await app.call('POST', '/api/teams', { data: { name: 'C' } })).status).toBeGreaterThanOrEqual(500);
    const during = await app.monitoring('/performance?window=1h');
    expect(during.status).toBe(200);
    expect(HookPerformance.parse(during.body).totalExecutions).toBeGreaterThanOrEqual(before.totalExecutions);
    await postgres.resume();
    let status = 0;
    for (let attempt = 0; attempt < 100 && status !== 200; attempt++) {
      ({ status } = await app.monitoring('/health'));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(status).toBe(200);
    await createMatch();
    expect((await performanceOf(app)).totalExecutions).toBeGreaterThan(before.totalExecutions);
  }, 60_000);

  test('an exhausted pool is not healthy, and is told within a second', async () => {
    await app.call('POST', '/api/exhaust', { seconds: 2 });
    const begun = performance.now();
    const { status, body } = await app.monitoring('/health');
    expect(performance.now() - begun).toBeLessThan(1_500);
    expect({ status, body }).toMatchObject({ status: 503, body: { status: 'critical' } });
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    expect((await app.monitoring('/health')).status).toBe(200);
  }, 30_000);
});

describe('the page', () => {
  const page = (of: StrapiApp, headers: Record<string, string> = {}, path = '') =>
    get(`${of.url}/admin/monitoring${path}`, { headers });

  test('is for administrators who are signed in, as long as they are', async () => {
    expect((await page(app)).status).toBe(401);
    expect((await page(app, { cookie: 'strapi_admin_refresh=forged' })).status).toBe(401);
    const session = await signInAsAdministrator(app);
    const { status, body, headers } = await page(app, session.headers);
    expect({ status, policy: headers['content-security-policy'] }).toEqual({
      status: 200,
      policy: expect.stringMatching(/^default-src 'none'; script-src 'nonce-/),
    });
    expect(body).toContain('<div id="page">');
    const health = await page(app, session.headers, '/data/health');
    expect(routes.health.response.parse(JSON.parse(health.body)).environment).toBe('production');
    for (const [isActive, answer] of [
      [false, 401],
      [true, 200],
    ] as const) {
      await query(`update admin_users set is_active = ${isActive}`);
      expect((await page(app, session.headers)).status).toBe(answer);
    }
    await session.end();
    expect((await page(app, session.headers)).status).toBe(401);
  });

  test('with the database down, who was let in before goes on watching', async () => {
    const { headers } = await signInAsAdministrator(app);
    expect((await page(app, headers)).status).toBe(200);
    await postgres.halt();
    try {
      expect((await page(app, headers, '/data/health')).status).toBe(503);
      expect((await page(app, headers)).status).toBe(200);
      expect((await page(app, { cookie: 'strapi_admin_refresh=forged' })).status).toBeGreaterThanOrEqual(401);
    } finally {
      await postgres.resume();
    }
  }, 60_000);
});

describe('an operator looks at it', () => {
  const configure = (name: string, more: object = {}) => {
    const directory = temporaryDirectory();
    const file = join(directory, name);
    const connection = {
      host: '127.0.0.1',
      port: postgres.port,
      user: 'postgres',
      database: 'strapi',
      sslmode: 'disable',
    };
    const root = join(packageRoot(), 'test', 'strapi');
    const sections = { app: { url: app.url, root }, database: connection, stateDirectory: join(directory, 'state') };
    writeFileSync(file, JSON.stringify({ ...sections, ...more }), { mode: 0o600 });
    return file;
  };

  test('security check reads its accounts and tokens', async () => {
    const session = await signInAsAdministrator(app);
    const made = await fetch(`${app.url}/admin/api-tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: session.authorization },
      body: JSON.stringify({ name: 'deploy', description: '', type: 'full-access', lifespan: null }),
    });
    expect(made.status).toBe(201);
    const config = configure('security.json');
    const { document } = await runJson(['security', 'check', '--only', 'accounts', '--config', config]);
    const { accounts } = document.result.seen;
    expect(accounts).toMatchObject({
      schema: 'public',
      admins: [{ isSuperAdmin: true, isActive: true, isBlocked: false, isInvited: false }],
    });
    expect(JSON.stringify(document)).not.toContain('admin@example.org');
    expect(accounts.apiTokens).toContainEqual(
      expect.objectContaining({ name: 'deploy', type: 'full-access', expiresAt: null, lastUsedAt: null }),
    );
    expect(document.findings).toContainEqual(
      expect.objectContaining({
        code: 'VOPS-SECURITY-TOKEN',
        message: expect.stringContaining('(deploy) may do everything and never expires'),
      }),
    );
    await session.end();
  });

  test('config validate reads its configuration in TypeScript, whole', async () => {
    const { document } = await runJson(['config', 'validate', '--config', configure('validate.json')]);
    expect(document.findings.map(({ code }: { code: string }) => code)).not.toContain('VOPS-CONFIG-SYNTAX');
    expect(document.result.backend).toMatchObject({ files: expect.anything() });
  });
});

describe('history', () => {
  test('outlives a restart, ends cleanly, and two instances tell the same', async () => {
    const before = await performanceOf(app);
    expect(await app.stop()).toBe(0);
    app = await startStrapi(database());
    const remembered = async () => {
      for (let attempt = 0; attempt < 50; attempt++) {
        const answer = await performanceOf(app);
        if (answer.totalExecutions >= before.totalExecutions) return answer;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return performanceOf(app);
    };
    expect(await remembered()).toMatchObject({
      totalExecutions: before.totalExecutions,
      failedExecutions: before.failedExecutions,
      rejectedExecutions: before.rejectedExecutions,
    });
    const other = await startStrapi(database());
    try {
      await createMatch();
      expect((await other.call('POST', '/api/teams', { data: { name: 'Z' } })).status).toBe(201);
      expect(await other.stop()).toBe(0); // and so wrote what it saw
      // Two teams on one, one on the other.
      expect((await performanceOf(app)).totalExecutions).toBe(before.totalExecutions + 3);
    } finally {
      await other.stop();
    }
  }, 90_000);

  test('with a secret, only its bearer is answered', async () => {
    const guarded = await startStrapi(database(), { HOOK_MONITORING_SECRET: 'a-secret-of-the-tests' });
    try {
      expect((await guarded.monitoring('/performance')).status).toBe(401);
      expect((await guarded.monitoring('/performance', { authorization: 'Bearer wrong' })).status).toBe(401);
      const right = { authorization: 'Bearer a-secret-of-the-tests' };
      expect((await guarded.monitoring('/performance', right)).status).toBe(200);
    } finally {
      await guarded.stop();
    }
  }, 60_000);
});
