import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { API_PREFIX, routes } from '../../src/lib/contract/index.js';
import { type Backend, prepareDatabase, startBackend } from '../../src/lib/demo/backend.js';
import type { Planted } from '../../src/lib/demo/history/chapter.js';
import { chapters } from '../../src/lib/demo/history/index.js';
import { plantHistory } from '../../src/lib/demo/history/plant.js';
import { activityAt, tellStory } from '../../src/lib/demo/history/story.js';
import { type Connection, createPlace, FLAGS_FILE, type Place, writeConfig } from '../../src/lib/demo/place.js';
import { createRandom, randomFor } from '../../src/lib/demo/random.js';
import { testServer, useDatabase } from '../support/database.js';
import { get } from '../support/monitoring.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';

const DAYS = 90;
const DAY_MS = 86_400_000;
const database = useDatabase();
let connection: Connection;
let place: Place;
let planted: readonly Planted[];
let backend: Backend;
let config: string;

beforeAll(async () => {
  connection = { ...testServer, database: database.name };
  place = await createPlace({ env: { TMPDIR: temporaryDirectory() }, onDispose: () => undefined });
  await prepareDatabase(connection);
  const { signal } = new AbortController();
  planted = await plantHistory({
    place,
    database: connection,
    days: DAYS,
    seed: 1,
    signal,
    onChapter: () => undefined,
  });
  backend = await startBackend({
    pg: connection,
    port: 0,
    logDirectory: place.logs,
    flagsFile: join(place.app, FLAGS_FILE),
  });
  // The archive is read once its schema is known to be there, which a first write tells.
  for (let seen = 0; seen < 0.9; ) seen = (await ask('/performance/weekly')).window.coverage;
  config = await writeConfig(place, { url: backend.url, database: connection, days: DAYS });
}, 60_000);
afterAll(() => backend?.stop());

/** The answer of the command of this truth. */
async function resultOf({ command }: Planted) {
  const { document } = await runJson([...command.split(' '), '--config', config]);
  return document;
}

/** What the application answers to a route of this path. */
const ask = async (path: string) => JSON.parse((await get(`${backend.url}${API_PREFIX}${path}`)).body);

/** How each truth is found: by its command, or by the route that the command asks. */
const FINDERS: Readonly<Record<string, (truth: Planted) => Promise<void>>> = {
  'slower-hook': async (truth) => {
    const { contentType, operation, factor, since } = truth.facts;
    const { result } = await resultOf(truth);
    const changed = result.hooks.filter(({ verdict }: { verdict: string }) => verdict === 'slower');
    expect(changed).toMatchObject([
      { contentType, operation, firstSeenAt: since, around: [{ at: since, kind: 'configuration' }, {}] },
    ]);
    expect((1 + changed[0].p50.change) / Number(factor)).toBeCloseTo(1, 0);
    expect(changed[0].course.length).toBeGreaterThan(20);
  },
  'new-error': async (truth) => {
    const { result } = await resultOf(truth);
    const group = result.groups.find(({ example }: { example: string }) => example === truth.facts.message);
    expect(group).toMatchObject({ firstSeen: truth.facts.since, count: truth.facts.count, outcome: 'failed' });
    const older = result.groups.filter(
      ({ firstSeen }: { firstSeen: string }) => Date.now() - Date.parse(firstSeen) > DAY_MS,
    );
    expect(older).not.toEqual([]);
  },
  'memory-leak': async (truth) => {
    const { result } = await resultOf(truth);
    const [memory] = result.resources;
    expect(memory).toMatchObject({ resource: 'memory', direction: 'steady' });
    expect(memory.shift.date).toBe(String(truth.facts.restartedAt).slice(0, 10));
    expect(memory.shift.change).toBeCloseTo(-Number(truth.facts.leakedShare), 1);
  },
  'filling-disk': async (truth) => {
    const { result, findings } = await resultOf(truth);
    const disk = result.resources.find(({ resource }: { resource: string }) => resource === truth.facts.resource);
    expect(disk.perWeek.likely / 7 / Number(truth.facts.bytesPerDay)).toBeCloseTo(1, 1);
    const full = Date.parse(disk.until) + disk.daysToLimit.likely * DAY_MS;
    expect(Math.abs(full - Date.parse(String(truth.facts.fullOn)))).toBeLessThan(4 * DAY_MS);
    expect(findings).toContainEqual(expect.objectContaining({ code: 'VOPS-CAPACITY-FULL', severity: 'warning' }));
  },
  'small-pool': async (truth) => {
    const { path, at } = truth.facts;
    const { result } = await resultOf(truth);
    expect(result.events).toContainEqual(expect.objectContaining({ at, keys: [path] }));
    const { document } = await runJson(['backup', 'list', '--kind', 'config', '--config', config]);
    expect(document.result.backups).toHaveLength(Math.ceil((DAYS + 1) / 7));
    expect(document.status).not.toBe('failed');
  },
  'dead-flag': findFlag('dead'),
  'stale-flag': findFlag('stale'),
  'undefined-flag': async (truth) => {
    const { result } = await resultOf(truth);
    expect(result.undefinedReferences.map(({ name }: { name: string }) => name)).toEqual([truth.facts.flag]);
  },
  'failed-logins': async (truth) => {
    const { address, count } = truth.facts;
    const { result, findings } = await resultOf(truth);
    expect(result.seen.accessLog.logins).toEqual([
      expect.objectContaining({ address, failed: count, failedBefore: 0 }),
    ]);
    expect(findings).toContainEqual(
      expect.objectContaining({
        code: 'VOPS-SECURITY-FAILED-LOGINS',
        message: expect.stringContaining(String(address)),
      }),
    );
  },
  scan: async (truth) => {
    const { address, probes } = truth.facts;
    const { result, findings } = await resultOf(truth);
    expect(result.seen.accessLog.scans).toEqual([expect.objectContaining({ address, probes })]);
    expect(findings).toContainEqual(expect.objectContaining({ code: 'VOPS-SECURITY-SCAN', severity: 'info' }));
  },
  orphan: findCheck,
  'wrong-points': findCheck,
  'unused-index': async (truth) => {
    const { result } = await resultOf(truth);
    expect(result.unused).toEqual([expect.objectContaining({ index: `public.${truth.facts.index}` })]);
  },
  'duplicate-index': async (truth) => {
    const { result } = await resultOf(truth);
    expect(result.redundant).toContainEqual(
      expect.objectContaining({
        index: `public.${truth.facts.index}`,
        by: `public.${truth.facts.by}`,
        kind: 'duplicate',
      }),
    );
  },
  'failed-run': async (truth) => {
    const { result } = await resultOf(truth);
    expect(result.runs.filter(({ status }: { status: string }) => status === 'partial')).toEqual([
      expect.objectContaining({ startedAt: truth.facts.startedAt, troubled: [truth.facts.step] }),
    ]);
  },
  'missed-run': async (truth) => {
    const { result } = await resultOf(truth);
    const days = result.runs.map(({ startedAt }: { startedAt: string }) => startedAt.slice(0, 10));
    expect(days).toHaveLength(DAYS - 1);
    expect(days).not.toContain(truth.facts.day);
  },
};

function findFlag(state: string) {
  return async (truth: Planted) => {
    const { result } = await resultOf(truth);
    const flag = result.flags.find(({ name }: { name: string }) => name === truth.facts.flag);
    expect(flag.states).toContain(state);
  };
}

async function findCheck(truth: Planted) {
  const { result } = await resultOf(truth);
  const failed = result.checks.filter(({ state }: { state: string }) => state === 'failed');
  expect(failed).toHaveLength(2);
  expect(failed).toContainEqual(expect.objectContaining({ name: truth.facts.check, failing: 1 }));
}

describe('every command finds what is planted', () => {
  test('each truth has its finder', () => {
    expect(planted.map(({ id }) => id).sort()).toEqual(Object.keys(FINDERS).sort());
  });

  test.each(Object.keys(FINDERS))('%s', async (id) => {
    const truth = planted.find((one) => one.id === id);
    if (truth === undefined) throw new Error(`nothing is planted as ${id}`);
    await FINDERS[id]?.(truth);
  });

  test('the KPIs miss their targets where the rows are wrong, and nowhere else', async () => {
    const { document } = await runJson(['kpi', '--config', config]);
    const missed = document.result.kpis.filter(({ verdict }: { verdict: string }) => verdict === 'missed');
    expect(missed.map(({ id }: { id: string }) => id)).toEqual(['dataConsistency', 'calculationCorrectness']);
  });

  test('the application serves the past as its own', async () => {
    const { window, hooks } = routes.weekly.response.parse(await ask('/performance/weekly'));
    expect(window.coverage).toBeCloseTo(1, 3);
    expect(hooks).toHaveLength(10);
    const usage = await get(
      `${backend.url}${API_PREFIX}/usage?from=${new Date(Date.now() - 30 * DAY_MS).toISOString()}&step=1d`,
    );
    expect(JSON.parse(usage.body).length).toBeGreaterThan(30);
  });
});

describe('a past from a seed', () => {
  const now = Date.parse('2026-11-23T09:30:00Z');
  const logs = chapters.find(({ name }) => name === 'logs');

  async function logsOf(seed: number): Promise<string> {
    const root = temporaryDirectory();
    const [own, proxyLog] = [join(root, 'logs'), join(root, 'proxy', 'access.log')];
    mkdirSync(own);
    // What the chapter of logs needs of the stage.
    const stage = { logs: own, proxyLog } as unknown as Parameters<NonNullable<typeof logs>['write']>[0];
    await logs?.write(stage, tellStory({ days: 30, seed, now }));
    return readdirSync(own)
      .sort()
      .map((name) => {
        const bytes = readFileSync(join(own, name));
        return `${name}\n${(name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()}`;
      })
      .join('');
  }

  test('the same seed writes the same, another one does not', async () => {
    const [one, same, other] = await Promise.all([logsOf(1), logsOf(1), logsOf(2)]);
    expect(same).toBe(one);
    expect(other).not.toBe(one);
  });

  test('whatever the length and the day, all of it happened within the past, in lives without a gap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 400 }), fc.integer({ min: 0, max: 2e12 }), (days, at) => {
        const { from, lives, leak, slower, newErrors, scannedAt } = tellStory({ days, seed: 1, now: at });
        expect(lives[0].from).toBe(from);
        expect(lives.at(-1)?.to).toBe(at);
        for (const [index, life] of lives.entries()) {
          expect(life.to).toBeGreaterThan(life.from);
          expect(life.from).toBe(lives[index - 1]?.to ?? from);
        }
        for (const time of [leak.from, leak.to, slower.from, scannedAt, ...newErrors]) {
          expect(time).toBeGreaterThan(from);
          expect(time).toBeLessThan(at);
        }
      }),
    );
  });

  test('match days are busier than working days, nights are quiet', () => {
    const [sunday, monday] = [Date.parse('2026-11-22T15:00:00Z'), Date.parse('2026-11-23T15:00:00Z')];
    expect(activityAt(sunday)).toBeGreaterThan(3 * activityAt(monday));
    expect(activityAt(Date.parse('2026-11-23T03:00:00Z'))).toBeLessThan(activityAt(monday) / 5);
  });

  test('draws are of their distributions', () => {
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const random = randomFor(7, 'test');
    const normal = Array.from({ length: 20_000 }, random.normal);
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(mean(normal.map((value) => value ** 2))).toBeCloseTo(1, 1);
    for (const expected of [0.05, 3, 80]) {
      const events = Array.from({ length: 5_000 }, () => random.poisson(expected));
      expect(mean(events) / expected).toBeCloseTo(1, 0);
    }
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 1000 }), (seed, choices) => {
        const drawn = createRandom(seed).below(choices);
        expect(drawn).toBeGreaterThanOrEqual(0);
        expect(drawn).toBeLessThan(choices);
      }),
    );
  });
});

test.each(['3d', '2000d', 'long'])('a past of %s is refused', async (length) => {
  const { code, stderr } = await run(['demo', '--history', length]);
  expect(code).toBe(2);
  expect(stderr).toContain('--history: expected');
});
