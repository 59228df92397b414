import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { createRecorder, SERIES_KEPT } from '../../src/lib/monitor/history/recorder.js';
import { createTracer } from '../../src/lib/monitor/hooks/tracer.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heapBytes = () => {
  collect();
  return process.memoryUsage().heapUsed;
};
const MEGABYTE = 1_000_000;

const hook = (operation: string) => ({ kind: 'hook', contentType: 'api::a.a', operation, source: 'model' }) as const;

test('a million hooks, some failing, leave the heap as it was', async () => {
  const clock = { now: Date.parse('2026-11-02T07:00:00Z') };
  const recorder = createRecorder({ instance: 'soak', now: () => clock.now });
  const tracer = createTracer(recorder);
  const fine = tracer.wrap(async () => 1, recorder.series(hook('fine')));
  const failing = tracer.wrap(
    async () => {
      throw new Error('no');
    },
    recorder.series(hook('failing')),
  );
  let afterFirst = 0;
  for (let run = 0; run < 1_000_000; run++) {
    await fine.call(undefined);
    if (run % 1_000 === 0) await (failing.call(undefined) as Promise<never>).catch(() => undefined);
    if (run % 10_000 === 0) clock.now += 60_000;
    // By then an hour of minutes, the errors kept and the code compiled are there.
    if (run === 200_000) {
      recorder.ledger.outbox.settle(recorder.ledger.outbox.take(10_000));
      afterFirst = heapBytes();
    }
    if (run % 50_000 === 0) recorder.ledger.outbox.settle(recorder.ledger.outbox.take(10_000));
  }
  recorder.ledger.outbox.settle(recorder.ledger.outbox.take(10_000));
  expect(heapBytes() - afterFirst).toBeLessThan(MEGABYTE);
  const [counter] = recorder.counters();
  expect(counter).toMatchObject({ executions: 1_000_000, inFlight: 0 });
}, 60_000);

test('hooks that never end are collected with the promise nobody holds, and stay visible', () => {
  const recorder = createRecorder({ instance: 'soak' });
  const never = createTracer(recorder).wrap(() => new Promise(() => undefined), recorder.series(hook('never')));
  const before = heapBytes();
  for (let run = 0; run < 100_000; run++) void never.call(undefined);
  expect(heapBytes() - before).toBeLessThan(3 * MEGABYTE);
  expect(recorder.counters()[0]).toMatchObject({ inFlight: 100_000, executions: 0 });
});

test('hooks that set off the next one after their end, as a loop of timers does, hold none of those before', async () => {
  const recorder = createRecorder({ instance: 'soak' });
  const tracer = createTracer(recorder);
  let runs = 0;
  let before = 0;
  const grown = await new Promise<number>((resolve) => {
    const again = tracer.wrap(
      () => {
        runs += 1;
        if (runs === 1_000) before = heapBytes();
        if (runs < 50_000) setImmediate(() => again.call(undefined));
        else setImmediate(() => resolve(heapBytes() - before));
      },
      recorder.series(hook('again')),
    );
    again.call(undefined);
  });
  expect(grown).toBeLessThan(3 * MEGABYTE);
});

test('a hundred thousand names are as many as may be told apart, and one more', () => {
  const recorder = createRecorder({ instance: 'soak' });
  const before = heapBytes();
  for (let index = 0; index < 100_000; index++) recorder.series(hook(`operation ${index}`));
  expect(recorder.counters()).toHaveLength(SERIES_KEPT + 1);
  expect(recorder.seriesDropped()).toBe(100_000 - SERIES_KEPT);
  expect(heapBytes() - before).toBeLessThan(5 * MEGABYTE);
});
