import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createDailyMedians } from '../../src/lib/capacity/daily-medians.js';
import { type Forecast, forecast, lastRegime } from '../../src/lib/capacity/forecast/forecast.js';
import type { DayValue } from '../../src/lib/capacity/forecast/series.js';
import { estimateTrend } from '../../src/lib/capacity/forecast/trend.js';
import { collectHistory } from '../../src/lib/capacity/history.js';
import { median, select } from '../../src/lib/statistics/order-statistics.js';
import { createRandom, FAMILIES } from './families.js';

const FIRST = 20_000;
const daysOf = (values: readonly number[], samples = 1): DayValue[] =>
  values.map((value, index) => ({ day: FIRST + index, value, samples }));
const range = (length: number, valueAt: (index: number) => number) => Array.from({ length }, (_, i) => valueAt(i));
const ask = (days: readonly DayValue[], question: Partial<Parameters<typeof forecast>[1]> = {}) =>
  forecast(days, { horizon: undefined, longest: 182, force: false, limit: null, ...question });

function predicted(found: Forecast): Forecast & { readonly state: 'forecast' } {
  if (found.state !== 'forecast') throw new Error(found.state);
  return found;
}

describe('what there must be', () => {
  test.each([
    ['three samples', [1, 2, 3]],
    ['one sample', [5]],
    ['seven days', range(7, (i) => i)],
  ])('%s: insufficient data', (_, values) => {
    expect(ask(daysOf(values))).toMatchObject({ state: 'insufficient_data', points: values.length });
  });

  test('eight points over seven days are enough, eight within six are not', () => {
    expect(ask(daysOf(range(8, (i) => 10 + i))).state).toBe('forecast');
    const half = daysOf(range(8, (i) => 10 + i)).slice(0, 7);
    expect(ask(half)).toMatchObject({ state: 'insufficient_data', points: 7 });
  });

  test('beyond the length of the history: refused, or forced and flagged', () => {
    const days = daysOf(range(31, (i) => 100 + i));
    expect(predicted(ask(days, { horizon: 30 })).isBeyondHistory).toBe(false);
    expect(ask(days, { horizon: 31 })).toMatchObject({ state: 'horizon_refused' });
    expect(predicted(ask(days, { horizon: 90, force: true }))).toMatchObject({ isBeyondHistory: true });
    expect(predicted(ask(days, { horizon: 90, force: true })).outlooks).toHaveLength(90);
    expect(predicted(ask(days)).outlooks).toHaveLength(30);
    expect(predicted(ask(daysOf(range(400, (i) => i)))).outlooks).toHaveLength(182);
  });
});

describe('the days that count', () => {
  test('a last day with fewer samples than usual is not over yet', () => {
    const days = daysOf(
      range(20, (i) => i),
      1440,
    );
    const partial = [...days.slice(0, -1), { ...days[19], samples: 600 } as DayValue];
    expect(lastRegime(partial).regime.lastDay).toBe(FIRST + 18);
    expect(lastRegime(days).regime.lastDay).toBe(FIRST + 19);
  });

  test('one sample a day: the last day is whole', () => {
    expect(lastRegime(daysOf(range(20, (i) => i))).regime.lastDay).toBe(FIRST + 19);
  });

  test.each([
    ['a purge', (i: number) => 100 + i - (i >= 30 ? 40 : 0), 30],
    ['an import', (i: number) => 100 + i + (i >= 30 ? 60 : 0), 30],
    ['an import over three days', (i: number) => 100 + i / 10 + 20 * Math.min(3, Math.max(0, i - 29)), 32],
    ['a purge of a constant', (i: number) => (i >= 30 ? 50 : 100), 30],
  ])('%s begins a new regime', (_, valueAt, start) => {
    const { regime } = lastRegime(daysOf(range(60, (i) => valueAt(i) + Math.sin(i))));
    expect(regime.firstDay - FIRST).toBe(start);
    expect(regime.shift?.day).toBe(regime.firstDay);
  });

  test.each([
    ['an outlier', (i: number) => 100 + i + (i === 30 ? 500 : 0)],
    ['weekends', (i: number) => 100 + (i % 7 >= 5 ? -60 : 0) + Math.sin(i)],
    ['a weekend just over', (i: number) => 100 + ((i + 3) % 7 >= 5 ? -60 : 0) + Math.sin(i)],
    ['a purge every two weeks', (i: number) => 100 + (i % 14) * 10 + Math.sin(i)],
    ['less than one part in fifty', (i: number) => (i >= 30 ? 1010 : 1000)],
    ['a jump of yesterday, which may be an outlier', (i: number) => (i >= 59 ? 200 : 100)],
  ])('%s does not', (_, valueAt) => {
    const days = daysOf(range(60, valueAt));
    expect(lastRegime(days).regime).toMatchObject({ firstDay: FIRST, shift: null });
  });

  test('after a recent purge there is too little, and it says since when', () => {
    const found = ask(daysOf(range(60, (i) => 100 + i - (i >= 55 ? 80 : 0))));
    expect(found).toMatchObject({ state: 'insufficient_data', points: 5, shift: { day: FIRST + 55 } });
  });

  test('a clock that was wrong once does not stretch the series', () => {
    const days = [{ day: 0, value: 5, samples: 1 }, ...daysOf(range(30, (i) => i))];
    expect(lastRegime(days).regime).toMatchObject({ firstDay: FIRST, points: 30 });
  });

  test('gaps are bridged and do not count as points', () => {
    const days = daysOf(range(60, (i) => 100 + 2 * i)).filter((_, i) => i < 20 || i > 30);
    const { regime, series } = lastRegime(days);
    expect(regime.points).toBe(49);
    expect(series.values[25]).toBe(150);
    expect(predicted(ask(days)).trend.slope).toBeCloseTo(2);
  });
});

describe('days to the limit', () => {
  const growing = daysOf(range(60, (i) => 100 + 2 * i + Math.sin(i)));

  test('early, likely, late', () => {
    // 218 at the end, so 300 is 41 days away.
    const { daysToLimit } = predicted(ask(growing, { limit: 300 }));
    expect(daysToLimit?.likely).toBeGreaterThanOrEqual(40);
    expect(daysToLimit?.likely).toBeLessThanOrEqual(42);
    expect(daysToLimit?.early).toBeLessThanOrEqual(Number(daysToLimit?.likely));
    expect(daysToLimit?.late).toBeGreaterThanOrEqual(Number(daysToLimit?.likely));
  });

  test('null where the slope may be 0, or is below it', () => {
    const random = createRandom(3);
    expect(predicted(ask(daysOf(range(60, () => 100 + random.normal())), { limit: 101 })).daysToLimit).toBeNull();
    expect(predicted(ask(daysOf(range(60, (i) => 200 - i)), { limit: 201 })).daysToLimit).toBeNull();
    expect(predicted(ask(daysOf(range(60, () => 7)), { limit: 7.1 })).daysToLimit).toBeNull();
    expect(predicted(ask(growing)).daysToLimit).toBeNull();
  });

  test('beyond the horizon: each null', () => {
    const { daysToLimit } = predicted(ask(growing, { limit: 10_000 }));
    expect(daysToLimit).toEqual({ early: null, likely: null, late: null });
  });
});

describe('models', () => {
  test.each([
    ['a constant', () => 42, 42],
    ['a line', (i: number) => 100 + 3 * i, 100 + 3 * 118],
    ['weekdays', (i: number) => 100 + (i % 7) * 10, 100 + (118 % 7) * 10],
  ])('%s is foreseen exactly', (_, valueAt, expected) => {
    const { outlooks } = predicted(ask(daysOf(range(60, valueAt)), { horizon: 59 }));
    expect(outlooks).toHaveLength(59);
    expect(outlooks[58]?.likely).toBeCloseTo(expected, 4);
  });

  test('weekdays are asked about from three weeks on', () => {
    const valueAt = (i: number) => 100 + (i % 7 >= 5 ? -40 : 0);
    expect(predicted(ask(daysOf(range(20, valueAt)))).model).not.toContain('weekdays');
    expect(predicted(ask(daysOf(range(28, valueAt)))).model).toContain('weekdays');
  });

  test('outliers do not move the slope', () => {
    const values = Float64Array.from(range(60, (i) => 2 * i + (i % 9 === 4 ? 500 : 0)));
    expect(estimateTrend(values).slope).toBeCloseTo(2, 5);
  });

  test('what was never negative will not be', () => {
    const { outlooks } = predicted(ask(daysOf(range(40, (i) => Math.max(0, 80 - 3 * i + 5 * Math.sin(i))))));
    expect(Math.min(...outlooks.map(({ low }) => low))).toBe(0);
  });
});

describe('properties', () => {
  const values = fc.array(fc.double({ min: -1e12, max: 1e12, noNaN: true }), { minLength: 8, maxLength: 60 });

  test('an interval holds its likely value, is finite, and grows no narrower', () => {
    fc.assert(
      fc.property(values, (of) => {
        const found = ask(daysOf(of));
        if (found.state !== 'forecast') return;
        let width = 0;
        for (const { low, likely, high } of found.outlooks) {
          expect(low).toBeLessThanOrEqual(likely);
          expect(likely).toBeLessThanOrEqual(high);
          expect(Number.isFinite(low) && Number.isFinite(high)).toBe(true);
          if (of.some((value) => value < 0)) expect(high - low).toBeGreaterThanOrEqual(width * (1 - 1e-9) - 1e-3);
          width = high - low;
        }
        const { early, likely, late } = found.daysToLimit ?? { early: 0, likely: 0, late: 0 };
        expect(early ?? 1e9).toBeLessThanOrEqual(likely ?? 1e9);
        expect(likely ?? 1e9).toBeLessThanOrEqual(late ?? 1e9);
      }),
    );
  });

  test('units do not matter: ten times the values is ten times the forecast', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(FAMILIES)), fc.nat(1e6), (family, seed) => {
        const of = family(40, createRandom(seed));
        const [one, ten] = [of, of.map((value) => value * 16)].map((scaled) => ask(daysOf(scaled)));
        if (one?.state !== 'forecast') return;
        const scaled = predicted(ten as Forecast);
        expect(scaled.model).toBe(one.model);
        expect(scaled.outlooks.at(-1)?.high).toBeCloseTo(16 * Number(one.outlooks.at(-1)?.high), 3);
      }),
    );
  });

  test('the k-th smallest and the median are those of the sorted values', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 50 }), fc.nat(), (of, k) => {
        const sorted = [...of].sort((a, b) => a - b);
        const place = k % of.length;
        expect(select(Float64Array.from(of), place) === sorted[place]).toBe(true);
        const middle = sorted.length >> 1;
        const expected =
          of.length % 2 === 1 ? sorted[middle] : (Number(sorted[middle - 1]) + Number(sorted[middle])) / 2;
        expect(median(of) === expected || Number.isNaN(expected)).toBe(true);
      }),
    );
  });
});

describe('samples → days', () => {
  const points = (at: readonly string[], valueAt: (index: number) => number) =>
    at.map((time, index) => ({ resource: 'disk /', at: Date.parse(time), value: valueAt(index), limit: 100 + index }));

  test('unordered and several a day: the median of each, and the latest limit', () => {
    const times = ['2026-11-02T03:00:00Z', '2026-11-01T09:00:00Z', '2026-11-01T03:00:00Z', '2026-11-01T04:00:00Z'];
    const [history] = collectHistory(points(times, (i) => [9, 1, 50, 2][i] ?? 0));
    expect(history?.days.map(({ value, samples }) => [value, samples])).toEqual([
      [2, 3],
      [9, 1],
    ]);
    expect(history?.limit).toBe(100);
  });

  test('what is no number is left out', () => {
    const times = range(5, () => 0).map(() => '2026-11-01T03:00:00Z');
    const values = [Number.NaN, Number.POSITIVE_INFINITY, 3, Number.NEGATIVE_INFINITY, 1e300];
    expect(collectHistory(points(times, (i) => values[i] ?? 0))[0]?.days).toMatchObject([{ value: 3, samples: 1 }]);
    expect(collectHistory(points(times.slice(0, 1), () => Number.NaN))).toEqual([]);
  });

  test.each([
    ['Europe/Berlin, 03:30', 'Europe/Berlin', 3.5],
    ['Europe/London, 00:30, which is the day before in summer', 'Europe/London', 0.5],
    ['America/New_York, 23:00', 'America/New_York', 23],
  ])('daily samples by a local clock through both changes of time: %s', (_, zone, hour) => {
    // A cron job runs at this hour of the zone, whatever its offset is that day.
    const offsetHours = (at: number) => {
      const local = new Date(at).toLocaleString('sv-SE', { timeZone: zone }).replace(' ', 'T');
      return (Date.parse(`${local}Z`) - at) / 3_600_000;
    };
    const times = range(365, (i) => {
      const naive = Date.UTC(2026, 0, 1 + i) + hour * 3_600_000;
      return naive - offsetHours(naive) * 3_600_000;
    });
    const history = collectHistory(times.map((at, i) => ({ resource: 'disk /', at, value: 1000 + i, limit: null })));
    const found = predicted(ask(history[0]?.days ?? []));
    expect(found.shift).toBeNull();
    expect(found.points).toBeGreaterThanOrEqual(364);
    expect(found.trend.slope).toBeCloseTo(1, 2);
  });

  test('many samples of a day are thinned evenly, and the bound on all of them holds', () => {
    const medians = createDailyMedians();
    for (let i = 0; i < 100_000; i++) medians.add(0, 1, i);
    expect(medians.daysOf(0)[0]?.value).toBeCloseTo(50_000, -3);
    const bounded = createDailyMedians(10_000);
    for (let day = 0; day < 100; day++) for (let i = 0; i < 1_000; i++) bounded.add(0, day, day * 1_000 + i);
    const days = bounded.daysOf(0);
    expect(days).toHaveLength(100);
    for (const { day, value, samples } of days) {
      expect(samples).toBe(1_000);
      expect(Math.abs(value - day * 1_000 - 500)).toBeLessThan(50);
    }
  });
});
