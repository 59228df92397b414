/** `performance optimize` against the sample backend and its database. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { judgeBottlenecks } from '../../src/lib/performance/optimize/hooks.js';
import { judgeMemory, type MemoryPart } from '../../src/lib/performance/optimize/memory.js';
import { useInstallation } from '../support/backend.js';
import { sql, testServer, untilCounted } from '../support/database.js';
import { run } from '../support/run.js';
import { configOf } from '../support/stub-server.js';

const installation = useInstallation();
const { kpis } = configOf({});

async function optimize(flags: string, config = installation.config) {
  const argv = ['performance', 'optimize', ...flags.split(' ').filter(Boolean), '--config', config, '--json'];
  const { code, stdout, stderr } = await run(argv, { cwd: installation.directory });
  return { code, stderr, ...JSON.parse(stdout) };
}

/** Deleted rows stay dead until a vacuum; old versions of updated ones may be pruned by whoever reads the page next. */
const churned = `create table churned as select generate_series(1, 500) as id; delete from churned`;

const withSecret = () =>
  installation.variant('secret.json', {
    automation: { actions: { enable_debug_logging: { secret: installation.actionsSecret } } },
  });

/** A target that every process misses: memory counts as short. */
const withoutRoom = () =>
  installation.variant('short.json', {
    automation: { actions: { enable_debug_logging: { secret: installation.actionsSecret } } },
    kpis: { memoryUsage: { target: 0, warning: 0.8, critical: 0.9 } },
  });

beforeAll(async () => {
  await sql(installation.database, churned);
  await untilCounted();
});

describe('the plan', () => {
  test('has the three parts of the guide, and changes nothing', async () => {
    const { result, status } = await optimize('');
    expect(['ok', 'warning']).toContain(status);
    expect(result.hooks.length).toBeGreaterThan(0);
    expect(result.hooks[0]).toHaveProperty('cause');
    expect(result.database.maintenance).toMatchObject({ applied: false });
    expect(result.memory).toMatchObject({
      after: null,
      actions: [
        { route: 'collectGarbage', outcome: 'skipped', note: expect.stringContaining('nothing to gain') },
        { route: 'clearCaches', outcome: 'skipped' },
      ],
    });
  });

  test('--apply --dry-run shows that very plan', async () => {
    const [planned, dry] = [await optimize(''), await optimize('--apply --dry-run')];
    const objects = (document: typeof planned) =>
      document.result.database.maintenance.objects.map(({ sql: statement }: { readonly sql: string }) => statement);
    expect(dry.result.applied).toBe(false);
    expect(objects(planned)).toContainEqual(expect.stringMatching(/^VACUUM .* public\.churned$/));
    expect(objects(dry)).toEqual(objects(planned));
  });

  test('--comprehensive looks at the week before, too, and has the garbage collected', async () => {
    const { result, findings } = await optimize('--comprehensive', withSecret());
    expect(result.memory.actions).toMatchObject([{ outcome: 'planned' }, { outcome: 'skipped' }]);
    expect(findings).toContainEqual(expect.objectContaining({ code: 'VOPS-PERFORMANCE-SHORT-HISTORY' }));
  });

  test('without the second secret nothing is done to the application', async () => {
    const { result } = await optimize('--comprehensive');
    expect(result.memory.actions[0]).toMatchObject({
      outcome: 'skipped',
      note: expect.stringContaining('automation.actions.enable_debug_logging.secret'),
    });
  });
});

test('--apply: tables vacuumed, garbage collected, figures before and after; the secret nowhere', async () => {
  const { result, stderr, ...rest } = await optimize('--apply', withoutRoom());
  expect(result.applied).toBe(true);
  expect(result.database.maintenance.totals).toMatchObject({ failed: 0, blocked: 0, planned: 0 });
  expect(result.database.maintenance.totals.done).toBeGreaterThan(0);
  const { before, after, actions } = result.memory;
  expect(actions[0]).toMatchObject({
    route: 'collectGarbage',
    outcome: 'done',
    note: expect.stringMatching(/bytes freed/),
  });
  expect(after.pid).toBe(before.pid);
  expect(after.heapUsedBytes).toBeGreaterThan(0);
  expect(JSON.stringify({ result, rest }) + stderr).not.toContain(installation.actionsSecret);

  const again = await optimize('--apply', withoutRoom());
  expect(again.result.memory.actions[0]).toMatchObject({ outcome: 'failed' }); // once a minute
  expect(again.findings).toContainEqual(expect.objectContaining({ code: 'VOPS-PERFORMANCE-ACTION-FAILED' }));
});

test('--apply: a table that is locked is left out, which is partial', async () => {
  for (const name of ['held', 'free'])
    await sql(
      installation.database,
      `create table ${name} as select generate_series(1, 500) as id; delete from ${name}`,
    );
  await untilCounted();
  const holder = new pg.Client({ ...testServer, database: installation.database });
  await holder.connect();
  try {
    await holder.query('begin; lock table held in share update exclusive mode');
    const { code, status, result } = await optimize('--apply');
    expect(result.database.maintenance.totals).toMatchObject({ blocked: 1, done: expect.any(Number) });
    expect({ code, status }).toEqual({ code: 3, status: 'partial' });
  } finally {
    await holder.end();
  }
});

describe('what cannot be reached', () => {
  const nowhere = { url: 'http://127.0.0.1:9' };

  test('the application: the database goes on, and no verdict', async () => {
    const { code, result, findings } = await optimize('', installation.variant('no-app.json', { app: nowhere }));
    expect(code).toBe(4);
    expect(result).toMatchObject({ hooks: null, memory: null, database: { maintenance: {} } });
    const unknown = findings.filter(
      ({ code: of }: { readonly code: string }) => of === 'VOPS-PERFORMANCE-PART-UNKNOWN',
    );
    expect(unknown).toMatchObject([{ severity: 'unknown', message: expect.stringMatching(/^hooks, memory: /) }]);
  });

  test('the database: hooks and memory go on', async () => {
    const { code, result } = await optimize('', installation.variant('no-db.json', { database: { port: 9 } }));
    expect(code).toBe(4);
    expect(result).toMatchObject({ database: null, memory: { after: null } });
  });

  test('neither: an error', async () => {
    const config = installation.variant('none.json', { app: nowhere, database: { port: 9 } });
    expect(await optimize('--apply', config)).toMatchObject({ code: 4, error: { code: 'VOPS-API-UNREACHABLE' } });
  });
});

const memory = (heapUsedBytes: number, actions: MemoryPart['actions'] = []): MemoryPart => ({
  before: { pid: 1, heapUsedBytes, heapLimitBytes: 100, residentBytes: 200, eventLoopLagMs: 1 },
  after: null,
  actions,
});

test.each([
  [80, []],
  [81, ['VOPS-PERFORMANCE-HEAP warning']],
  [91, ['VOPS-PERFORMANCE-HEAP error']],
])('a heap used to %d %%', (used, expected) => {
  expect(judgeMemory(memory(used), kpis).map(({ code, severity }) => `${code} ${severity}`)).toEqual(expected);
});

test.each([
  [20, 'frequent', 0],
  [101, 'frequent', 1],
  [20, 'queries', 1],
  [20, 'waiting', 1],
  [20, undefined, 0],
] as const)('a hook of %d ms, %s: worth %d lines', (averageExecutionTime, cause, count) => {
  const hook = {
    contentType: 'a',
    operation: 'b',
    shareOfTime: 0.5,
    reason: 'r',
    suggestion: 's',
    averageExecutionTime,
  };
  const window = { from: '2026-11-22T03:00:00.000Z', to: '2026-11-23T03:00:00.000Z', coverage: 1 };
  expect(judgeBottlenecks({ window, bottlenecks: [{ ...hook, cause }] }, kpis)).toHaveLength(count);
});
