import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instrument, type Lifecycles } from '../../src/lib/monitor/instrument.js';
import { DAY_MS, HOUR_MS, lastPeriod, MINUTE_MS } from '../../src/lib/monitor/periods.js';
import { ACCURACY, addToBin, type Bins, binOf, quantile } from '../../src/lib/monitor/quantiles.js';
import { createRecorder, ERRORS_KEPT, type Recorder, SERIES_KEPT } from '../../src/lib/monitor/recorder.js';
import {
  bottlenecksOf,
  dailyReport,
  failuresOf,
  performanceOf,
  weeklyReport,
  weeklyTrends,
} from '../../src/lib/monitor/reports.js';
import type { HookRun } from '../../src/lib/monitor/rollup.js';
import { createMemoryStore } from '../../src/lib/monitor/store.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Keeps what instrumentation reports. */
function listen() {
  const runs: HookRun[] = [];
  const declared: string[] = [];
  const missed: string[] = [];
  const recorder: Recorder = {
    declare: ({ contentType, operation }) => void declared.push(`${contentType}#${operation}`),
    miss: ({ contentType, operation }) => void missed.push(`${contentType}#${operation}`),
    record: (run) => void runs.push(run),
  };
  const run = (operation: string) => runs.find((candidate) => candidate.operation === operation);
  return { runs, declared, missed, recorder, run };
}

/** Instruments one content type and returns its functions as Strapi would call them. */
function watched<T extends Lifecycles>(lifecycles: T) {
  const heard = listen();
  const undo = instrument([['api::match.match', lifecycles]], heard.recorder);
  return { ...heard, undo, hooks: lifecycles };
}

describe('instrument', () => {
  test('a hook keeps its this, its arguments and its result, and sync stays sync', () => {
    const { hooks, runs } = watched({
      beforeCreate(this: unknown, ...args: unknown[]) {
        return [this, ...args];
      },
    });
    const self = { hooks };
    expect(hooks.beforeCreate.call(self, 1, 'two')).toEqual([self, 1, 'two']);
    expect(runs).toMatchObject([{ contentType: 'api::match.match', operation: 'beforeCreate', outcome: 'ok' }]);
  });

  test('inclusive time holds the hooks set off, own time does not, also when they run side by side', async () => {
    const { hooks, run } = watched({
      child: () => sleep(60),
      parent: async (): Promise<void> => {
        await sleep(30);
        await Promise.all([hooks.child(), hooks.child()]);
      },
    });
    await hooks.parent();
    const parent = run('parent');
    expect(parent?.durationMs).toBeGreaterThanOrEqual(88);
    expect(parent?.ownMs).toBeGreaterThanOrEqual(28);
    expect((parent?.durationMs ?? 0) - (parent?.ownMs ?? 0)).toBeGreaterThanOrEqual(58);
    // Two children of 60 ms side by side are 60 ms, not 120: own time would be 0 otherwise.
    expect(run('child')?.ownMs).toBe(run('child')?.durationMs);
  });

  test.each([
    ['a failure', new TypeError('boom'), { outcome: 'failed', error: { type: 'TypeError', message: 'boom' } }],
    [
      'refused input',
      Object.assign(new Error('name'), { name: 'ValidationError' }),
      { outcome: 'rejected', error: { type: 'ValidationError', message: 'name' } },
    ],
    [
      'a policy',
      Object.assign(new Error('no'), { name: 'PolicyError' }),
      { outcome: 'rejected', error: { type: 'PolicyError', message: 'no' } },
    ],
    [
      'a frozen error',
      Object.freeze(new RangeError('cold')),
      { outcome: 'failed', error: { type: 'RangeError', message: 'cold' } },
    ],
    ['a string', 'just text', { outcome: 'failed', error: { type: 'string', message: 'just text' } }],
    ['undefined', undefined, { outcome: 'failed', error: { type: 'undefined', message: 'undefined' } }],
    ['null', null, { outcome: 'failed', error: { type: 'null', message: 'null' } }],
    [
      'an object without a prototype',
      Object.create(null),
      { outcome: 'failed', error: { type: 'object', message: '' } },
    ],
  ])('%s is thrown on as the very same value, sync and async', async (_name, thrown, recorded) => {
    const { hooks, runs } = watched({
      sync: () => {
        throw thrown;
      },
      async: () => Promise.reject(thrown),
    });
    const caught: unknown[] = [];
    try {
      hooks.sync();
    } catch (error) {
      caught.push(error);
    }
    await hooks.async().catch((error) => caught.push(error));
    expect(caught).toHaveLength(2);
    for (const error of caught) expect(Object.is(error, thrown)).toBe(true);
    for (const run of runs) expect(run).toMatchObject(recorded);
    expect(runs).toHaveLength(2);
  });

  test('a recorder that throws does not reach the hook', () => {
    const broken: Recorder = {
      declare: () => {},
      miss: () => {},
      record: () => {
        throw new Error('disk full');
      },
    };
    const lifecycles = { afterCreate: () => 'fine' };
    instrument([['api::team.team', lifecycles]], broken);
    expect(lifecycles.afterCreate()).toBe('fine');
  });

  test('undo puts the originals back; a second call counts a hook once; what is frozen is reported as missed', () => {
    const original = () => 1;
    const lifecycles = { afterUpdate: original };
    const { recorder, runs, declared, missed } = listen();
    const undo = instrument([['a', lifecycles]], recorder);
    instrument([['a', lifecycles]], recorder);
    lifecycles.afterUpdate();
    expect(runs).toHaveLength(1);
    expect(declared).toEqual(['a#afterUpdate']);
    undo();
    expect(lifecycles.afterUpdate).toBe(original);
    instrument([['b', Object.freeze({ afterUpdate: () => 2, notAHook: 'text' })]], recorder);
    expect(missed).toEqual(['b#afterUpdate']);
  });
});

const durations = fc.double({ min: 0.001, max: 1e8, noNaN: true });

describe('quantiles', () => {
  test(`are within ${ACCURACY * 100} % of the exact nearest rank`, () => {
    const property = fc.property(
      fc.array(durations, { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, q) => {
        const bins: Bins = new Map();
        for (const value of values) addToBin(bins, binOf(value), 1);
        const exact = [...values].sort((a, b) => a - b)[Math.max(1, Math.ceil(q * values.length)) - 1] ?? 0;
        expect(Math.abs((quantile(bins, q) ?? 0) / exact - 1)).toBeLessThanOrEqual(ACCURACY + 1e-9);
      },
    );
    fc.assert(property);
  });

  test('are null for nothing, and finite for any number', () => {
    expect(quantile(new Map(), 0.5)).toBeNull();
    for (const odd of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300]) {
      const bins: Bins = new Map([[binOf(odd), 1]]);
      expect(Number.isFinite(quantile(bins, 0.99))).toBe(true);
    }
  });
});

/** A recorder under a clock of ours. */
function recorderAt(start: number) {
  const clock = { now: start };
  const history = createRecorder(createMemoryStore(), () => clock.now);
  const record = (durationMs: number, run: Partial<HookRun> = {}) =>
    history.record({ contentType: 'a', operation: 'b', durationMs, ownMs: durationMs, outcome: 'ok', ...run });
  return { clock, history, record };
}

const START = Date.parse('2026-11-02T07:12:34.567Z');

describe('history', () => {
  const runs = fc.array(fc.record({ after: fc.integer({ min: 0, max: 12 * HOUR_MS }), duration: durations }), {
    maxLength: 60,
  });
  const windows = fc.constantFrom(MINUTE_MS, 7 * MINUTE_MS, HOUR_MS, 5 * HOUR_MS, DAY_MS, 2 * DAY_MS, 7 * DAY_MS);

  test('a window counts exactly the runs in it, and merging minutes and hours is the same as recording together', () => {
    const property = fc.property(runs, windows, (spaced, window) => {
      const { clock, history, record } = recorderAt(START);
      const all: { at: number; duration: number }[] = [];
      for (const { after, duration } of spaced) {
        clock.now += after;
        record(duration);
        all.push({ at: clock.now, duration });
      }
      clock.now += 30_000;
      const { from } = lastPeriod(window, clock.now);
      const inside = all.filter(({ at }) => at >= from).map(({ duration }) => duration);
      const together: Bins = new Map();
      for (const duration of inside) addToBin(together, binOf(duration), 1);
      const answer = performanceOf(history, window, clock.now);
      expect(answer.totalExecutions).toBe(inside.length);
      const expected = quantile(together, 0.95);
      if (expected === null) expect(answer.p95).toBeNull();
      else expect(answer.p95).toBeCloseTo(Math.min(expected, Math.max(...inside)), 2);
    });
    fc.assert(property, { numRuns: 60 });
  });

  test('percentiles of a day are not the mean of its hours', () => {
    const { clock, history, record } = recorderAt(START);
    for (let i = 0; i < 99; i++) record(10);
    clock.now += 2 * HOUR_MS;
    record(1000);
    expect(performanceOf(history, DAY_MS, clock.now)).toMatchObject({
      totalExecutions: 100,
      p50: expect.closeTo(10, 0),
    });
    expect(performanceOf(history, DAY_MS, clock.now).p95).toBeLessThan(11);
    expect(performanceOf(history, HOUR_MS, clock.now).p95).toBeGreaterThan(980);
  });

  test('nothing ran: no rate and no mean, and coverage tells how little was seen', () => {
    const { clock, history } = recorderAt(START);
    clock.now += 6 * HOUR_MS;
    const answer = performanceOf(history, DAY_MS, clock.now);
    expect(answer).toMatchObject({ totalExecutions: 0, averageExecutionTime: null, errorRate: null, p50: null });
    expect(answer.window.coverage).toBeCloseTo(0.25, 2);
    clock.now += 2 * DAY_MS;
    expect(performanceOf(history, DAY_MS, clock.now).window.coverage).toBe(1);
    // What was forgotten is not covered, though it was once observed.
    clock.now += 60 * DAY_MS;
    expect(performanceOf(history, 28 * DAY_MS, clock.now).window.coverage).toBeCloseTo(0.5, 2);
  });

  test('only failures make the error rate; refused input is told apart', () => {
    const { clock, history, record } = recorderAt(START);
    for (let i = 0; i < 7; i++) record(5);
    for (let i = 0; i < 2; i++) record(1, { outcome: 'rejected', error: { type: 'ValidationError', message: 'name' } });
    record(1, { outcome: 'failed', error: { type: 'TypeError', message: 'x'.repeat(900) } });
    const answer = performanceOf(history, HOUR_MS, clock.now);
    expect(answer).toMatchObject({ errorRate: 0.1, successRate: 0.9, rejectedExecutions: 2, failedExecutions: 1 });
    expect(failuresOf(history, HOUR_MS, clock.now)).toEqual({ failed: 1, executions: 10 });
    expect(answer.recentErrors[0]?.message).toHaveLength(500);
  });

  test('is bounded: hooks beyond the cap are one series, errors a ring, two weeks and no more', () => {
    const { clock, history, record } = recorderAt(START);
    for (let i = 0; i < SERIES_KEPT + 50; i++) {
      record(1, { contentType: `type${i}`, outcome: 'failed', error: { type: 'E', message: `${i}` } });
    }
    expect(history.counters()).toHaveLength(SERIES_KEPT + 1);
    expect(history.counters().at(-1)).toMatchObject({ contentType: 'other', executions: 50 });
    expect(history.errors(1000)).toHaveLength(ERRORS_KEPT);
    expect(history.errors(1)[0]?.message).toBe(String(SERIES_KEPT + 49));
    for (let day = 0; day < 20; day++) {
      clock.now += DAY_MS;
      record(1);
    }
    // Fifteen hours within two weeks of the last one closed, the open hour and the open minute.
    expect(history.read(0, clock.now).flatMap(({ cells }) => cells)).toHaveLength(17);
  });

  test('a clock set back neither loses nor doubles a run', () => {
    const { clock, history, record } = recorderAt(START);
    record(1);
    clock.now += 5 * MINUTE_MS;
    record(1);
    clock.now -= 3 * MINUTE_MS;
    record(1);
    clock.now += 10 * MINUTE_MS;
    expect(performanceOf(history, HOUR_MS, clock.now).totalExecutions).toBe(3);
  });

  test('reports have a bucket an hour and a day, and add up', () => {
    const { clock, history, record } = recorderAt(START);
    for (let hour = 0; hour < 60; hour++) {
      record(10);
      clock.now += HOUR_MS;
    }
    for (const [report, buckets, executions] of [
      [dailyReport(history, clock.now), 24, 23],
      [weeklyReport(history, clock.now), 7, 60],
    ] as const) {
      expect(report.buckets).toHaveLength(buckets);
      expect(report.totalExecutions).toBe(executions);
      expect(report.buckets.reduce((sum, bucket) => sum + bucket.executions, 0)).toBe(executions);
    }
  });

  test('trends compare a week with the one before', () => {
    const { clock, history, record } = recorderAt(START);
    for (let day = 0; day < 14; day++) {
      record(day < 7 ? 100 : 150);
      clock.now += DAY_MS;
    }
    const { hooks, previous, window } = weeklyTrends(history, clock.now);
    expect(hooks).toMatchObject([
      { executions: 7, averageExecutionTime: 150, previousAverageExecutionTime: 100, change: 0.5 },
    ]);
    expect(previous.to).toBe(window.from);
  });

  test.each([
    ['slow', [200, 200], /^slow: 200 ms on average in 1 run; the target is 100 ms/],
    ['slow through others', [200, 20], /most of it in the hooks it sets off/],
    ['quick', [20, 20], /^adds up: 1 run of 20 ms/],
  ] as const)('a bottleneck says why: %s', (_name, [durationMs, ownMs], reason) => {
    const { clock, history, record } = recorderAt(START);
    record(durationMs, { ownMs });
    expect(bottlenecksOf(history, clock.now).bottlenecks).toMatchObject([
      { shareOfTime: 1, reason: expect.stringMatching(reason) },
    ]);
  });
});
