import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ConfigChange } from '../../src/lib/contract/index.js';
import { compareHooks } from '../../src/lib/performance/compare/compare.js';
import { circumstancesAround, circumstancesOf, firstSeen } from '../../src/lib/performance/compare/first-seen.js';
import { judgeChanges } from '../../src/lib/performance/compare/judge.js';
import { daysOf } from '../../src/lib/performance/compare/measure.js';
import { configOf } from '../support/stub-server.js';
import { type Hook, timeOf, weekOf } from './histories.js';

const { performance: limits } = configOf({});

const compare = (hooks: readonly Hook[], circumstances: Parameters<typeof compareHooks>[0]['circumstances'] = []) =>
  compareHooks({ previous: weekOf(hooks, 0), current: weekOf(hooks, 1), circumstances }, limits);

const SECOND_WEEK = 168;
const since = (start: number, factor: number) => (hour: number) => (hour >= start ? factor : 1);

describe('one hook', () => {
  const hook = { contentType: 'api::match.match' };
  test.each<[string, Partial<Hook>, string, string | null]>([
    ['as it was', {}, 'steady', null],
    ['slower all week', { factor: since(SECOND_WEEK, 1.5) }, 'slower', 'p50'],
    ['slower for two days', { factor: since(SECOND_WEEK + 120, 2) }, 'slower', 'p50'],
    ['faster all week', { factor: since(SECOND_WEEK, 0.6) }, 'faster', 'p50'],
    ['slower by less than is told', { factor: since(SECOND_WEEK, 1.06), weather: { hourly: 0.01 } }, 'steady', null],
    ['slower by less than a millisecond', { factor: since(SECOND_WEEK, 1.5), baseMs: 0.5 }, 'steady', null],
    ['slower on one day', { factor: (hour) => (hour >= 216 && hour < 240 ? 3 : 1) }, 'steady', null],
    [
      'with a terrible hour a day',
      { factor: (hour) => (hour >= SECOND_WEEK && hour % 24 === 3 ? 20 : 1) },
      'steady',
      null,
    ],
    ['that runs too seldom', { factor: since(SECOND_WEEK, 3), runs: () => 2 }, 'insufficient_data', null],
    ['that runs on four days', { runs: (hour) => (hour % 168 < 96 ? 9 : 0) }, 'insufficient_data', null],
    ['that runs once a day', { runs: (hour) => (hour % 24 === 3 ? 9 : 0) }, 'insufficient_data', null],
    [
      'that runs in working hours',
      { runs: (hour) => (hour % 24 < 8 ? 9 : 0), factor: since(SECOND_WEEK, 2) },
      'slower',
      'p50',
    ],
    ['new', { runs: (hour) => (hour < SECOND_WEEK ? 0 : 30) }, 'new', null],
    ['gone', { runs: (hour) => (hour < SECOND_WEEK ? 30 : 0) }, 'gone', null],
  ])('%s', (_name, given, verdict, measure) => {
    expect(compare([{ ...hook, ...given }])).toMatchObject([{ verdict, measure }]);
  });

  test('whose slow runs alone became slower: the p95 says it', () => {
    const hooks = [hook];
    const [previous, current] = [weekOf(hooks, 0), weekOf(hooks, 1)];
    const slower = {
      ...current,
      hooks: current.hooks.map((one) => ({ ...one, hours: one.hours.map((hour) => ({ ...hour, p95: 2 * hour.p95 })) })),
    };
    const [change] = compareHooks({ previous, current: slower, circumstances: [] }, limits);
    expect(change).toMatchObject({ verdict: 'slower', measure: 'p95' });
    expect(change?.p95?.change).toBeCloseTo(1, 0);
  });

  test('its figures: matched hours, before and now, and the change', () => {
    const [change] = compare([{ ...hook, factor: since(SECOND_WEEK, 1.5) }]);
    expect(change?.p50).toMatchObject({ hours: 168, days: 7 });
    expect(change?.p50?.previousMs).toBeCloseTo(20, -1);
    expect(change?.p50?.currentMs).toBeCloseTo(30, -1);
    expect(Math.abs((change?.p50?.change ?? 0) - 0.5)).toBeLessThan(0.1);
  });
});

test('hours are held against the same hour of the week: a slow weekend is none', () => {
  const weekend = (hour: number) => (hour % 168 >= 120 ? 3 : 1);
  expect(compare([{ contentType: 'a', factor: weekend }])).toMatchObject([{ verdict: 'steady' }]);
});

test('of many hooks without a change hardly any is told, and the few with one are', () => {
  const weather = { hourly: 0.15, daily: 0.08 };
  const steady = Array.from({ length: 60 }, (_, index) => ({
    contentType: `steady${index}`,
    seed: index + 1,
    weather,
  }));
  const slower = Array.from({ length: 10 }, (_, index) => ({
    contentType: `slower${index}`,
    seed: index + 100,
    weather,
    factor: since(SECOND_WEEK, 2),
  }));
  const alone = compare(steady).filter(({ verdict }) => verdict !== 'steady');
  expect(alone.length).toBeLessThanOrEqual(2);
  const told = compare([...steady, ...slower]).filter(({ verdict }) => verdict === 'slower');
  expect(told.filter(({ contentType }) => contentType.startsWith('slower')).length).toBeGreaterThanOrEqual(9);
  expect(told.filter(({ contentType }) => contentType.startsWith('steady')).length).toBeLessThanOrEqual(2);
});

test('every hook once; a history is as it is; worse times never make a hook faster', () => {
  const hook = fc.record({
    contentType: fc.constantFrom('a', 'b', 'c', 'd'),
    operation: fc.constantFrom('afterUpdate', 'beforeCreate'),
    seed: fc.integer({ min: 1, max: 50 }),
    baseMs: fc.integer({ min: 1, max: 500 }),
  });
  const hooks = fc.uniqueArray(hook, {
    selector: ({ contentType, operation }) => contentType + operation,
    maxLength: 4,
  });
  fc.assert(
    fc.property(hooks, fc.double({ min: 1, max: 4, noNaN: true }), (given, factor) => {
      const week = weekOf(given, 0);
      const same = compareHooks({ previous: week, current: week, circumstances: [] }, limits);
      expect(same.map(({ verdict }) => verdict)).toEqual(given.map(() => 'steady'));
      const worse = compare(
        given.map((one) => ({ ...one, factor: since(SECOND_WEEK, factor), weather: { hourly: 0.01 } })),
      );
      expect(worse).toHaveLength(given.length);
      expect(worse.filter(({ verdict }) => verdict === 'faster')).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

test('what costs most time more comes first', () => {
  const factor = since(SECOND_WEEK, 2);
  const order = compare([
    { contentType: 'steady' },
    { contentType: 'rare', factor, runs: () => 3 },
    { contentType: 'often', factor, runs: () => 300 },
    { contentType: 'better', factor: since(SECOND_WEEK, 0.5) },
  ]).map(({ contentType }) => contentType);
  expect(order).toEqual(['often', 'rare', 'better', 'steady']);
});

describe('when, and what happened then', () => {
  const of = (paths: readonly string[]) => paths.map((path) => ({ path, kind: 'changed' as const }));
  const changes: readonly ConfigChange[] = [
    { timestamp: timeOf(259.5), instance: 'i', seen: 'boot', digest: 'd', changes: of(['a', 'b', 'c', 'd']) },
    { timestamp: timeOf(20), instance: 'i', seen: 'running', digest: 'd', changes: of(['.env']) },
  ];
  const circumstances = circumstancesOf(changes, [timeOf(259), timeOf(259), timeOf(300)]);

  test('the hour in which it began, also of the week before', () => {
    for (const start of [266, 200, 146]) {
      const hook = { contentType: 'a', factor: since(start, 2), runs: (hour: number) => (hour % 24 < 20 ? 30 : 0) };
      const hours = [...weekOf([hook], 0).hooks, ...weekOf([hook], 1).hooks].flatMap((one) => one.hours);
      const seen = Date.parse(firstSeen(hours, 'p50') ?? '');
      expect(Math.abs(seen - Date.parse(timeOf(start))) / 3_600_000).toBeLessThanOrEqual(3);
    }
  });

  test('of nothing, and of what does not move, there is no such time', () => {
    expect(firstSeen([], 'p50')).toBeNull();
    const still = weekOf([{ contentType: 'a', weather: { hourly: 0 } }], 0).hooks[0]?.hours ?? [];
    expect(firstSeen(still, 'p95')).toBeNull();
  });

  test('changes and starts shortly before it are named, each start once, paths not without end', () => {
    const around = circumstancesAround(timeOf(260), circumstances, limits.changesWithin);
    expect(around.map(({ what }) => what)).toEqual([
      'configuration new at a start: a changed, b changed, c changed and 1 more',
      'the application started',
    ]);
    expect(circumstancesAround(timeOf(298), circumstances, limits.changesWithin)).toEqual([]);
    expect(circumstancesAround(timeOf(299.5), circumstances, limits.changesWithin)).toHaveLength(1);
  });

  test('a regression is told with all of it', () => {
    const queries = (week: number) => (week === 0 ? 3 : 12.2);
    const hooks = compare([{ contentType: 'a', factor: since(260, 2), queries }], circumstances);
    expect(judgeChanges(hooks, weekOf([], 0).window)).toMatchObject([
      {
        code: 'VOPS-PERFORMANCE-REGRESSION',
        severity: 'warning',
        message: expect.stringMatching(
          /^a afterUpdate is slower: median \d+ ms → \d+ ms \(\+\d+ %\), first seen 2026-11-12T.*; configuration new at a start/,
        ),
        hint: 'it sends 12.2 SQL statements a run instead of 3: look for a query in a loop',
      },
    ]);
  });
});

describe('too little to compare', () => {
  test.each<[string, readonly Hook[], number, RegExp]>([
    ['no hooks', [], 1, /none of 0 hooks/],
    ['too few runs', [{ contentType: 'a', runs: () => 1 }], 1, /none of 1 hook ran often enough/],
    ['nothing recorded', [{ contentType: 'a', runs: () => 1 }], 0, /nothing was recorded between 2026-11-02/],
  ])('%s: no verdict, and said so', (_name, hooks, coverage, message) => {
    expect(judgeChanges(compare(hooks), { ...weekOf([], 0).window, coverage })).toMatchObject([
      { code: 'VOPS-PERFORMANCE-SHORT-HISTORY', severity: 'unknown', message: expect.stringMatching(message) },
    ]);
  });

  test('days with hours that can be compared are counted', () => {
    const [hook] = weekOf([{ contentType: 'a', runs: (hour) => (hour % 48 === 0 ? 3 : 2) }], 0).hooks;
    expect(daysOf(hook?.hours ?? [], Date.parse(timeOf(0)))).toBe(4);
  });
});
