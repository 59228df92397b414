import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BottleneckCause, HookMetric } from '../../src/lib/contract/index.js';
import type { Archive } from '../../src/lib/monitor/archive/index.js';
import { bottleneckReason } from '../../src/lib/monitor/bottlenecks.js';
import { describe as describeThrown, type Thrown } from '../../src/lib/monitor/history/errors.js';
import { createHistory } from '../../src/lib/monitor/history/history.js';
import {
  coverageOf,
  DAY_MS,
  HOUR_MS,
  lastPeriod,
  MINUTE_MS,
  piecesOf,
  STEP_MS,
  startOf,
} from '../../src/lib/monitor/history/periods.js';
import {
  createRecorder,
  ERRORS_KEPT,
  type Recorder,
  SERIES_KEPT,
  type Series,
} from '../../src/lib/monitor/history/recorder.js';
import type { Run, Subject } from '../../src/lib/monitor/history/tally.js';
import { instrument, type Lifecycles } from '../../src/lib/monitor/hooks/instrument.js';
import { createTracer } from '../../src/lib/monitor/hooks/tracer.js';
import { performanceHistory } from '../../src/lib/monitor/hourly.js';
import {
  bottlenecksOf,
  dailyReport,
  failuresOf,
  ownFailures,
  performanceOf,
  weeklyReport,
  weeklyTrends,
} from '../../src/lib/monitor/reports.js';
import { ACCURACY, addToBin, type Bins, binOf, quantile } from '../../src/lib/quantiles.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Heard extends Subject, Run {
  readonly thrown: Thrown | undefined;
}

/** Keeps what instrumentation reports. */
function listen(onRecord?: () => void) {
  const runs: Heard[] = [];
  const settled: string[] = [];
  const declared: string[] = [];
  let missed = 0;
  const memory = createRecorder({ instance: 'test' });
  const recorder: Recorder = {
    ...memory,
    series: (subject) => {
      declared.push(`${subject.contentType}#${subject.operation}`);
      return memory.series(subject);
    },
    miss: () => {
      missed += 1;
    },
    record: (series, run, thrown) => {
      onRecord?.();
      runs.push({ ...series.counter, ...run, thrown });
      memory.record(series, run, thrown);
    },
    settle: (series, end) => void settled.push(`${series.counter.operation} ${end}`),
  };
  const run = (operation: string) => runs.find((candidate) => candidate.operation === operation);
  return { runs, declared, settled, missed: () => missed, recorder, run, memory, tracer: createTracer(recorder) };
}

/** Instruments one content type and returns its functions as Strapi would call them. */
function watched<T extends Lifecycles>(lifecycles: T) {
  const heard = listen();
  const undo = instrument([['api::match.match', lifecycles]], heard);
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
    ['a failure', new TypeError('boom'), { outcome: 'failed', thrown: { type: 'TypeError', message: 'boom' } }],
    [
      'refused input',
      Object.assign(new Error('name'), { name: 'ValidationError' }),
      { outcome: 'rejected', thrown: { type: 'ValidationError', message: 'name' } },
    ],
    [
      'a policy',
      Object.assign(new Error('no'), { name: 'PolicyError' }),
      { outcome: 'rejected', thrown: { type: 'PolicyError', message: 'no' } },
    ],
    [
      'a frozen error',
      Object.freeze(new RangeError('cold')),
      { outcome: 'failed', thrown: { type: 'RangeError', message: 'cold' } },
    ],
    ['a string', 'just text', { outcome: 'failed', thrown: { type: 'string', message: 'just text' } }],
    ['undefined', undefined, { outcome: 'failed', thrown: { type: 'undefined', message: 'undefined' } }],
    ['null', null, { outcome: 'failed', thrown: { type: 'null', message: 'null' } }],
    [
      'an object without a prototype',
      Object.create(null),
      { outcome: 'failed', thrown: { type: 'object', message: '' } },
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
    const broken = listen(() => {
      throw new Error('disk full');
    });
    const lifecycles = { afterCreate: () => 'fine' };
    instrument([['api::team.team', lifecycles]], broken);
    expect(lifecycles.afterCreate()).toBe('fine');
  });

  test('a hook that never ends is seen in flight, and only there', () => {
    const { hooks, memory } = watched({ afterCreate: () => new Promise(() => undefined), beforeCreate: () => 1 });
    void hooks.afterCreate();
    void hooks.afterCreate();
    hooks.beforeCreate();
    const flying = memory
      .counters()
      .map(({ operation, inFlight, executions }) => ({ operation, inFlight, executions }));
    expect(flying).toEqual([
      { operation: 'afterCreate', inFlight: 2, executions: 0 },
      { operation: 'beforeCreate', inFlight: 0, executions: 1 },
    ]);
  });

  test('a thenable that works only when asked is asked once', async () => {
    let asked = 0;
    const lazy = () => {
      const builder = Promise.resolve(7);
      const work = builder.then.bind(builder);
      Reflect.set(builder, 'then', (...listeners: Parameters<typeof work>) => {
        asked += 1;
        return work(...listeners);
      });
      return builder;
    };
    const { hooks, runs } = watched({ afterCreate: lazy });
    expect(await (hooks.afterCreate() as unknown as Promise<number>)).toBe(7);
    expect(asked).toBe(1);
    expect(runs).toHaveLength(1);
  });

  test('a thenable whose `then` returns nothing is awaited as it would be, and may fail', async () => {
    const bare = (settle: (done: (value: unknown) => void, failed: (error: unknown) => void) => void) => () => {
      const thenable = {};
      Reflect.set(thenable, 'then', (done: (value: unknown) => void, failed: (error: unknown) => void) => {
        setTimeout(() => settle(done, failed), 5);
      });
      return thenable;
    };
    const { hooks, runs } = watched({
      afterCreate: bare((done) => done(7)),
      afterUpdate: bare((_done, failed) => failed(new Error('late'))),
    });
    expect(await (hooks.afterCreate() as Promise<number>)).toBe(7);
    await expect(hooks.afterUpdate() as Promise<void>).rejects.toThrow('late');
    expect(runs.map(({ outcome }) => outcome)).toEqual(['ok', 'failed']);
  });

  test('statements count for the hook that sent them, and for the hook behind a document action', async () => {
    const { recorder, tracer, run } = listen();
    const send = async () => {
      const end = tracer.startQuery();
      await sleep(5);
      end?.();
    };
    const series = (kind: Subject['kind'], operation: string) =>
      recorder.series({ kind, contentType: 'a', operation, source: 'x' });
    const inner = tracer.wrap(send, series('hook', 'inner'));
    const action = tracer.wrap(
      async () => {
        await send();
        await inner();
      },
      series('document', 'update'),
    );
    const outer = tracer.wrap(
      async () => {
        await send();
        await action();
      },
      series('hook', 'outer'),
    );
    await outer();
    expect([run('inner')?.queries, run('update')?.queries, run('outer')?.queries]).toEqual([1, 1, 2]);
    expect(run('outer')?.queryMs).toBeGreaterThanOrEqual(8);
    // Own time of a hook leaves out the hooks inside, and keeps the action it called.
    expect((run('outer')?.durationMs ?? 0) - (run('outer')?.ownMs ?? 0)).toBeCloseTo(run('inner')?.durationMs ?? 0, 1);
    expect((run('update')?.durationMs ?? 0) - (run('update')?.ownMs ?? 0)).toBeCloseTo(
      run('inner')?.durationMs ?? 0,
      1,
    );
    expect(tracer.startQuery()).toBeUndefined();
  });

  test('undo puts the originals back; a second call counts a hook once; what is frozen is reported as missed', () => {
    const original = () => 1;
    const lifecycles = { afterUpdate: original };
    const heard = listen();
    const { runs, declared, missed } = heard;
    const undo = instrument([['a', lifecycles]], heard);
    instrument([['a', lifecycles]], heard);
    lifecycles.afterUpdate();
    expect(runs).toHaveLength(1);
    expect(declared).toEqual(['a#afterUpdate']);
    undo();
    expect(lifecycles.afterUpdate).toBe(original);
    instrument([['b', Object.freeze({ afterUpdate: () => 2, notAHook: 'text' })]], heard);
    expect(missed()).toBe(1);
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

interface Recording extends Partial<Subject>, Partial<Run> {
  readonly thrown?: Thrown;
}

/** A recorder under a clock of ours. */
function recorderAt(start: number, archive?: Archive) {
  const clock = { now: start };
  const memory = createRecorder({ instance: 'me', now: () => clock.now });
  const problems: unknown[] = [];
  const history = createHistory({
    recorded: memory,
    instance: 'me',
    startedAt: start,
    archive: () => archive,
    onError: (error) => problems.push(error),
  });
  const record = (durationMs: number, { thrown, ...given }: Recording = {}) => {
    const { contentType = 'a', operation = 'b', kind = 'hook', source = 'model', ...run } = given;
    const series: Series = memory.series({ kind, contentType, operation, source });
    memory.begin(series);
    memory.record(series, { durationMs, ownMs: durationMs, outcome: 'ok', queries: 0, queryMs: 0, ...run }, thrown);
    return series;
  };
  return { clock, history, memory, record, problems };
}

const START = Date.parse('2026-11-02T07:12:34.567Z');
const unasked = () => {
  throw new Error('not needed');
};

describe('what is kept of an error', () => {
  test('of the database: what PostgreSQL said, not the values knex puts before it', () => {
    const error = Object.assign(new Error('duplicate key value violates unique constraint "players_pkey"'), {
      severity: 'ERROR',
      code: '23505',
    });
    error.message = `insert into "players" ("name") values ('Erika Mustermann') - ${error.message}`;
    expect(describeThrown(error).message).toBe('duplicate key value violates unique constraint "players_pkey"');
  });

  test('of the database: by the name of its class, also where a bundler has changed that', () => {
    class DatabaseError2 extends Error {
      override readonly name = 'error';
      readonly severity = 'ERROR';
    }
    expect(describeThrown(new DatabaseError2('division by zero')).type).toBe('DatabaseError');
  });

  test.each([
    ['a server that goes away', 'Connection terminated unexpectedly'],
    ['a statement too slow', 'Query read timeout'],
  ])('of the driver, for %s: why, not the statement that knex puts before it', (_name, reason) => {
    const columns = Array.from({ length: 60 }, (_, index) => `"t0"."column_${index}"`).join(', ');
    for (const statement of [`select ${columns} from "players" as "t0"`, 'UPDATE players SET name = $1', 'BEGIN;']) {
      expect(describeThrown(new Error(`${statement} - ${reason}`)).message).toBe(reason);
    }
    const prose = 'Update of match 7 failed - no such match';
    expect(describeThrown(new Error(prose)).message).toBe(prose);
  });

  test('of the network: why, which the error itself does not say', async () => {
    const { port } = await new Promise<AddressInfo>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const address = server.address() as AddressInfo;
        server.close(() => resolve(address));
      });
    });
    const thrown = await fetch(`http://127.0.0.1:${port}`).catch((error: unknown) => error);
    expect(describeThrown(thrown).message).toBe(`fetch failed: connect ECONNREFUSED 127.0.0.1:${port}`);
    const several = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    expect(describeThrown(several).message).toBe('ECONNREFUSED');
    const circular = new Error('around');
    circular.cause = circular;
    expect(describeThrown(circular).message).toBe('around');
  });

  test('is bounded, and nothing of a secret is left where it is cut', async () => {
    const { record, history } = recorderAt(START);
    const before = 'x'.repeat(460);
    for (const secret of [`${'anna'.repeat(9)}@example.org`, `postgres://strapi:${'hunter2'.repeat(9)}@db/x`]) {
      record(1, { outcome: 'failed', thrown: describeThrown(new Error(`${before} ${secret}`)) });
    }
    const named = Object.assign(new Error('no'), { name: `for anna@example.org ${'n'.repeat(1_000_000)}` });
    record(1, { outcome: 'failed', thrown: describeThrown(named) });
    const [byName, byAddress, byMail] = await history.errors(3);
    expect(byMail?.message).not.toContain('anna');
    expect(byAddress?.message).not.toContain('hunter2');
    expect(byName?.errorType).toMatch(/^for \*\*\*@/);
    expect(byName?.errorType.length).toBeLessThan(300);
  });

  test('no secrets and no addresses, frames without the message, and a fingerprint of the place', async () => {
    const { record, history } = recorderAt(START);
    const fail = (message: string) => describeThrown(new TypeError(message));
    for (const name of ['anna', 'bert']) {
      record(1, { outcome: 'failed', thrown: fail(`no mail to ${name}@example.org with password=hunter2`) });
    }
    record(1, { outcome: 'failed', thrown: describeThrown(new TypeError('elsewhere')) });
    const errors = await history.errors(10);
    expect(errors[1]?.message).toBe('no mail to ***@example.org with password=***');
    expect(errors[1]?.stack).toMatch(/^\s+at /);
    expect(errors[1]?.stack).not.toContain('hunter2');
    expect(errors[1]?.fingerprint).toBe(errors[2]?.fingerprint);
    expect(errors[0]?.fingerprint).not.toBe(errors[2]?.fingerprint);
  });
});

describe('periods', () => {
  const times = fc.integer({ min: START, max: START + 40 * DAY_MS });

  test('a stretch of time is made of pieces: each moment in one, whole hours and days in one step', () => {
    const property = fc.property(times, times, (a, b) => {
      const period = { from: Math.min(a, b), to: Math.max(a, b) };
      const pieces = piecesOf(period).sort((one, other) => one.from - other.from);
      expect(pieces.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(period.to - period.from);
      for (const [index, piece] of pieces.entries()) {
        expect(piece.from).toBe(index === 0 ? period.from : pieces[index - 1]?.to);
        if (piece.step !== 'minute')
          expect([piece.from % STEP_MS[piece.step], piece.to % STEP_MS[piece.step]]).toEqual([0, 0]);
      }
      expect(pieces.filter(({ step }) => step === 'minute').every(({ from, to }) => to - from < HOUR_MS)).toBe(true);
    });
    fc.assert(property);
  });

  test('coverage is the share of time somebody watched, however many did', () => {
    const minutes = fc.integer({ min: 0, max: 60 });
    const property = fc.property(fc.array(fc.tuple(minutes, minutes), { maxLength: 6 }), (pairs) => {
      const seen = new Set(
        pairs.flatMap(([from, to]) => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)),
      );
      const inside = [...seen].filter((minute) => minute >= 10 && minute < 50).length;
      const intervals = pairs.map(([from, to]) => ({ from, to }));
      expect(coverageOf({ from: 10, to: 50 }, intervals)).toBeCloseTo(inside / 40, 6);
    });
    fc.assert(property);
  });
});

describe('history', () => {
  const runs = fc.array(fc.record({ after: fc.integer({ min: 0, max: 12 * HOUR_MS }), duration: durations }), {
    maxLength: 60,
  });
  const windows = fc.constantFrom(MINUTE_MS, 7 * MINUTE_MS, HOUR_MS, 5 * HOUR_MS, DAY_MS, 2 * DAY_MS, 7 * DAY_MS);

  test('a window counts exactly the runs in it, and merging minutes and hours is the same as recording together', async () => {
    const property = fc.asyncProperty(runs, windows, async (spaced, window) => {
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
      const answer = await performanceOf(history, window, clock.now);
      expect(answer.totalExecutions).toBe(inside.length);
      const expected = quantile(together, 0.95);
      if (expected === null) expect(answer.p95).toBeNull();
      else expect(answer.p95).toBeCloseTo(Math.min(expected, Math.max(...inside)), 2);
    });
    await fc.assert(property, { numRuns: 60 });
  });

  test('percentiles of a day are not the mean of its hours', async () => {
    const { clock, history, record } = recorderAt(START);
    for (let i = 0; i < 99; i++) record(10);
    clock.now += 2 * HOUR_MS;
    record(1000);
    expect(await performanceOf(history, DAY_MS, clock.now)).toMatchObject({
      totalExecutions: 100,
      p50: expect.closeTo(10, 0),
    });
    expect((await performanceOf(history, DAY_MS, clock.now)).p95).toBeLessThan(11);
    expect((await performanceOf(history, HOUR_MS, clock.now)).p95).toBeGreaterThan(980);
  });

  test('nothing ran: no rate and no mean, and coverage tells how little was seen', async () => {
    const { clock, history } = recorderAt(START);
    clock.now += 6 * HOUR_MS;
    const answer = await performanceOf(history, DAY_MS, clock.now);
    expect(answer).toMatchObject({ totalExecutions: 0, averageExecutionTime: null, errorRate: null, p50: null });
    expect(answer.window.coverage).toBeCloseTo(0.25, 2);
    clock.now += 2 * DAY_MS;
    expect((await performanceOf(history, DAY_MS, clock.now)).window.coverage).toBe(1);
  });

  test('only failures make the error rate; refused input is told apart', async () => {
    const { clock, history, record } = recorderAt(START);
    for (let i = 0; i < 7; i++) record(5);
    for (let i = 0; i < 2; i++)
      record(1, { outcome: 'rejected', thrown: { type: 'ValidationError', message: 'name' } });
    record(1, { outcome: 'failed', thrown: { type: 'TypeError', message: 'x'.repeat(900) } });
    const answer = await performanceOf(history, HOUR_MS, clock.now);
    expect(answer).toMatchObject({ errorRate: 0.1, successRate: 0.9, rejectedExecutions: 2, failedExecutions: 1 });
    expect(await failuresOf(history, HOUR_MS, clock.now)).toEqual({ failed: 1, executions: 10 });
    expect(answer.recentErrors[0]?.message).toHaveLength(500);
  });

  test('is bounded: hooks beyond the cap are one series, errors a ring, two weeks and no more', async () => {
    const { history, record } = recorderAt(START);
    for (let i = 0; i < SERIES_KEPT + 50; i++) {
      record(1, { contentType: `type${i}`, outcome: 'failed', thrown: { type: 'E', message: `${i}` } });
    }
    expect(history.counters()).toHaveLength(SERIES_KEPT + 1);
    expect(history.counters().at(-1)).toMatchObject({ contentType: 'other', executions: 50 });
    expect(await history.errors(1000)).toHaveLength(ERRORS_KEPT);
    expect((await history.errors(1))[0]?.message).toBe(String(SERIES_KEPT + 49));
  });

  test('without an archive two weeks are remembered, and what was forgotten is not covered', async () => {
    const { clock, history, record } = recorderAt(START);
    for (let hour = 0; hour < 28 * 24; hour++) {
      record(1);
      clock.now += HOUR_MS;
    }
    const { window, totalExecutions } = await performanceOf(history, 28 * DAY_MS, clock.now);
    expect(window.coverage).toBeCloseTo(0.5, 2);
    expect(totalExecutions).toBeGreaterThanOrEqual(14 * 24);
    expect(totalExecutions).toBeLessThanOrEqual(15 * 24);
  });

  const inHour = START - (START % HOUR_MS);
  /** What another instance, and this one an hour ago, gave to the archive. */
  const archived = (instance: string, executions: number) => {
    const { record, memory, clock } = recorderAt(inHour);
    for (let i = 0; i < executions; i++) record(10);
    clock.now = inHour + HOUR_MS;
    return memory.ledger
      .read('hour', { from: inHour, to: inHour + HOUR_MS })
      .map((rollup) => ({ ...rollup, instance }));
  };
  const archiveOf = (answer: Pick<Archive, 'rollups'> & Partial<Pick<Archive, 'errors'>>): Archive => ({
    watched: async () => [],
    errors: async () => [],
    events: async () => [],
    lastStart: async () => [],
    usage: async () => [],
    ...answer,
  });

  test('adds what the archive has of others, and believes itself about itself', async () => {
    const rollups = async () => [...archived('other', 5), ...archived('me', 2), ...archived('earlier run', 1)];
    const { record, history, clock } = recorderAt(inHour, archiveOf({ rollups }));
    for (let i = 0; i < 3; i++) record(10);
    clock.now = inHour + HOUR_MS;
    const period = { from: inHour, to: inHour + HOUR_MS };
    const { rollups: all } = await history.observe(period);
    expect(all.flatMap(({ cells }) => cells.map(({ executions }) => executions))).toEqual(
      expect.arrayContaining([1, 3, 5]),
    );
  });

  test('an archive that fails leaves what this process knows, and the coverage says so', async () => {
    const broken = async () => {
      throw new Error('down');
    };
    const { record, history, clock, problems } = recorderAt(START, archiveOf({ rollups: broken, errors: broken }));
    record(10, { outcome: 'failed', thrown: { type: 'E', message: 'm' } });
    clock.now += 6 * HOUR_MS;
    const answer = await performanceOf(history, DAY_MS, clock.now);
    expect(answer).toMatchObject({ totalExecutions: 1, recentErrors: [{ message: 'm' }] });
    expect(answer.window.coverage).toBeCloseTo(0.25, 2);
    expect(problems).toHaveLength(2);
    // A number alone cannot say so: none is better than one of a moment.
    await expect(failuresOf(history, HOUR_MS, clock.now)).rejects.toThrow('the archive does not answer');
  });

  test('what the archive has taken is forgotten here after an hour or two, and offered again when it grows', () => {
    const { record, memory, clock } = recorderAt(START);
    const { outbox } = memory.ledger;
    record(1);
    const first = outbox.take(10_000);
    expect(first.map(({ step, cell }) => [step, cell.executions])).toEqual([
      ['minute', 1],
      ['hour', 1],
      ['day', 1],
    ]);
    record(1);
    outbox.settle(first);
    expect(outbox.take(10_000).map(({ cell }) => cell.executions)).toEqual([2, 2, 2]);
    outbox.settle(outbox.take(10_000));
    expect(outbox.take(10_000)).toEqual([]);
    clock.now += 3 * HOUR_MS;
    record(1);
    clock.now += MINUTE_MS;
    record(1);
    expect(memory.ledger.read('minute', { from: START - HOUR_MS, to: START + HOUR_MS })).toEqual([]);
    expect(memory.ledger.read('day', { from: 0, to: clock.now })[0]?.cells[0]?.executions).toBe(4);
    expect(outbox.dropped()).toBe(0);
  });

  test('the last hour of this process needs no archive', () => {
    const never = () => new Promise<never>(() => undefined);
    const { record, history, clock } = recorderAt(START, archiveOf({ rollups: never }));
    record(1, { outcome: 'failed', thrown: { type: 'E', message: 'm' } });
    expect(ownFailures(history, clock.now)).toEqual({ failed: 1, executions: 1 });
  });

  test('a look at the error rate merges no percentiles, which would hold up the application', () => {
    const { record, history, clock } = recorderAt(START);
    record(1, { outcome: 'failed', thrown: { type: 'E', message: 'm' } });
    record(1, { kind: 'document' });
    clock.now += MINUTE_MS;
    record(1);
    const own = history.own({ from: START - MINUTE_MS, to: clock.now });
    for (const cell of own.flatMap(({ cells }) => cells)) Object.defineProperty(cell, 'bins', { get: unasked });
    expect(ownFailures({ ...history, own: () => own }, clock.now)).toEqual({ failed: 1, executions: 2 });
  });

  test('how transactions end is counted, documents apart from hooks', async () => {
    const { record, memory, history, clock } = recorderAt(START);
    memory.settle(record(1), 'committed');
    memory.settle(record(1), 'rolledBack');
    record(30, { kind: 'document', operation: 'update', source: 'documents' });
    const answer = await performanceOf(history, HOUR_MS, clock.now);
    expect(answer).toMatchObject({
      totalExecutions: 2,
      slowestHooks: [{ executions: 2, committed: 1, rolledBack: 1 }],
      documents: [{ operation: 'update', executions: 1, averageExecutionTime: 30 }],
    });
  });

  test('a clock set back neither loses nor doubles a run', async () => {
    const { clock, history, record } = recorderAt(START);
    record(1);
    clock.now += 5 * MINUTE_MS;
    record(1);
    clock.now -= 3 * MINUTE_MS;
    record(1);
    clock.now += 10 * MINUTE_MS;
    expect((await performanceOf(history, HOUR_MS, clock.now)).totalExecutions).toBe(3);
  });

  test('a clock that was ahead and is set right: what runs from then on is of now', async () => {
    const { clock, history, memory, record } = recorderAt(START + 2 * HOUR_MS);
    record(1);
    clock.now = START;
    for (let run = 0; run < 3; run++) record(1, { outcome: 'failed' });
    expect(ownFailures(history, clock.now)).toMatchObject({ executions: 3, failed: 3 });
    expect((await performanceOf(history, HOUR_MS, clock.now)).totalExecutions).toBe(3);
    const rows = memory.ledger.outbox.take(100).filter(({ step }) => step === 'minute');
    expect(rows.map(({ from, cell }) => [from, cell.executions])).toEqual([
      [startOf(START + 2 * HOUR_MS, MINUTE_MS), 1],
      [startOf(START, MINUTE_MS), 3],
    ]);
  });

  test('however the clock is set, every run is counted once', async () => {
    const steps = fc.array(fc.integer({ min: -5 * MINUTE_MS, max: 5 * MINUTE_MS }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(steps, async (moves) => {
        const { clock, history, memory, record } = recorderAt(START);
        const others = memory.series({ kind: 'hook', contentType: 'b', operation: 'b', source: 'model' });
        for (const [index, move] of moves.entries()) {
          clock.now += move;
          record(1);
          if (index % 3 > 0) continue;
          memory.begin(others);
          memory.record(others, { durationMs: 1, ownMs: 1, outcome: 'ok', queries: 0, queryMs: 0 });
        }
        const end = START + 10 * HOUR_MS;
        const { totalExecutions } = await performanceOf(history, 24 * HOUR_MS, end);
        expect(totalExecutions).toBe(moves.length + Math.ceil(moves.length / 3));
      }),
    );
  });

  test('reports have a bucket an hour and a day, and add up', async () => {
    const { clock, history, record } = recorderAt(START);
    for (let hour = 0; hour < 60; hour++) {
      record(10);
      clock.now += HOUR_MS;
    }
    for (const [report, buckets, executions] of [
      [await dailyReport(history, clock.now), 24, 23],
      [await weeklyReport(history, clock.now), 7, 60],
    ] as const) {
      expect(report.buckets).toHaveLength(buckets);
      expect(report.totalExecutions).toBe(executions);
      expect(report.buckets.reduce((sum, bucket) => sum + bucket.executions, 0)).toBe(executions);
    }
  });

  test('trends compare a week with the one before', async () => {
    const { clock, history, record } = recorderAt(START);
    for (let day = 0; day < 14; day++) {
      record(day < 7 ? 100 : 150);
      clock.now += DAY_MS;
    }
    const { hooks, previous, window } = await weeklyTrends(history, clock.now);
    expect(hooks).toMatchObject([
      { executions: 7, averageExecutionTime: 150, previousAverageExecutionTime: 100, change: 0.5 },
    ]);
    expect(previous.to).toBe(window.from);
    record(1, { source: 'src/index.js' });
    const sources = (await weeklyTrends(history, clock.now)).hooks.map(({ source }) => source);
    expect(new Set(sources)).toEqual(new Set(['model', 'src/index.js']));
  });

  test.each([
    ['slow', [200, 200], /^slow: 200 ms on average in 1 run; the target is 100 ms/],
    ['slow through others', [200, 20], /most of it in the hooks it sets off/],
    ['quick', [20, 20], /^adds up: 1 run of 20 ms/],
  ] as const)('a bottleneck says why: %s', async (_name, [durationMs, ownMs], reason) => {
    const { clock, history, record } = recorderAt(START);
    record(durationMs, { ownMs });
    expect((await bottlenecksOf(history, clock.now)).bottlenecks).toMatchObject([
      { shareOfTime: 1, reason: expect.stringMatching(reason), executions: 1, averageOwnTime: ownMs },
    ]);
  });

  const usual = { averageExecutionTime: 200, averageOwnTime: 200, averageQueries: 2, averageQueryTime: 10 };
  const rare = { averageExecutionTime: 60, averageOwnTime: 60, p50: 20, p99: 900 };
  test.each<[BottleneckCause, Partial<HookMetric>]>([
    ['slow', {}],
    ['nested', { averageOwnTime: 90, averageQueries: 40, averageQueryTime: 80 }],
    ['queries', { averageQueries: 40, averageQueryTime: 150 }],
    ['slow', { averageQueries: 40, averageQueryTime: 50 }],
    ['slow_query', { averageQueries: 2, averageQueryTime: 150 }],
    ['waiting', { ...rare, averageQueryTime: 50 }],
    ['uneven', rare],
    ['frequent', { averageExecutionTime: 20, averageOwnTime: 20, averageQueryTime: 15 }],
    ['frequent', { executions: 0, averageExecutionTime: null, averageOwnTime: null }],
  ])('the cause of a bottleneck is one word: %s', (cause, figures) => {
    const metric = { contentType: 'api::match.match', operation: 'afterUpdate', executions: 50, errors: 0 };
    const times = { p50: 190, p95: 210, p99: 220, maxExecutionTime: 250 };
    expect(bottleneckReason({ ...metric, ...times, ...usual, ...figures }).cause).toBe(cause);
  });

  test('hooks by the hour: whole hours, those in which they ran, and the totals of them', async () => {
    const { clock, history, record } = recorderAt(START);
    for (let hour = 0; hour < 200; hour++) {
      if (hour % 2 === 0) for (const factor of [1, 2, 3]) record(10 * factor, { queries: 4, queryMs: 5 });
      clock.now += HOUR_MS;
    }
    record(99);
    const { window, hooks, starts } = await performanceHistory(history, {}, clock.now);
    expect(Date.parse(window.to) - Date.parse(window.from)).toBe(7 * DAY_MS);
    expect(starts).toEqual([]);
    const [hook] = hooks;
    expect(hook).toMatchObject({ executions: 252, averageQueries: 4, averageQueryTime: 5 });
    expect(hook?.hours).toHaveLength(84);
    expect(hook?.hours[0]).toMatchObject({ executions: 3, errors: 0 });
    expect(hook?.hours.every(({ p50, p95 }) => Math.abs(p50 / 20 - 1) < 0.03 && Math.abs(p95 / 30 - 1) < 0.03)).toBe(
      true,
    );
    expect(hook?.hours.map(({ from }) => from)).toEqual([...(hook?.hours ?? [])].map(({ from }) => from).sort());
  });

  test('hooks by the hour, and when which process started: each once, those of the period', async () => {
    const [before, within] = [START - 9 * DAY_MS, START + 3 * HOUR_MS + 0.4];
    const watched = [before, within, START].map((from) => ({ from, to: from + HOUR_MS }));
    const archive: Archive = {
      rollups: async () => [],
      watched: async () => watched,
      errors: async () => [],
      events: async () => [],
      lastStart: async () => [],
      usage: async () => [],
    };
    const { clock, history } = recorderAt(START, archive);
    clock.now += DAY_MS;
    const { starts } = await performanceHistory(history, {}, clock.now);
    expect(starts).toEqual([new Date(START).toISOString(), new Date(START + 3 * HOUR_MS).toISOString()]);
  });

  test.each([
    ['a period', { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:30:00.000Z' }, 24],
    ['a longer one than there are hours of', { from: '2025-01-01T00:00:00.000Z' }, 8 * 24],
    ['one that ends before it begins', { from: '2026-01-03T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' }, 0],
    ['one of the future', { from: '2036-01-03T00:00:00.000Z', to: '2036-01-04T00:00:00.000Z' }, 0],
  ])('hooks by the hour of %s', async (_name, question, hours) => {
    const { history } = recorderAt(START);
    const { window } = await performanceHistory(history, question, Date.parse('2026-01-20T10:20:00.000Z'));
    expect(Date.parse(window.to) - Date.parse(window.from)).toBe(hours * HOUR_MS);
  });
});
