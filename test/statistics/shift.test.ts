import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { changePoint } from '../../src/lib/statistics/change-point.js';
import { ranksOf } from '../../src/lib/statistics/ranks.js';
import { estimateShift } from '../../src/lib/statistics/shift.js';
import { adjustForMany, studentTail } from '../../src/lib/statistics/tail.js';
import { noiseOf, type Weather } from '../performance/noise.js';

const WEEK = 168;

describe('tails', () => {
  // R 4.3: 2 * pt(-t, df)
  test.each([
    [2.228_139, 10, 0.05],
    [4.586_894, 10, 0.001],
    [3.182_446, 3, 0.05],
    [2.000_298, 60, 0.05],
    [0, 5, 1],
  ])('t %d with %d degrees', (t, degrees, expected) => {
    const tail = studentTail(t, degrees);
    expect(Math.abs(tail / expected - 1)).toBeLessThan(0.03);
  });

  test('adjusted for many: the example of Benjamini and Hochberg', () => {
    const given = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262];
    const more = [0.5719, 0.6528, 0.759, 1];
    const adjusted = adjustForMany([...given, ...more]);
    expect(adjusted.filter((p) => p <= 0.05)).toHaveLength(4);
    expect(adjusted[3]).toBeCloseTo((0.0095 * 15) / 4, 10);
  });

  test('adjusted for many: never smaller than given, in the same order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 40 }), (thousandths) => {
        const given = thousandths.map((p) => p / 1_000);
        const adjusted = adjustForMany(given);
        for (const [index, p] of given.entries()) {
          expect(adjusted[index]).toBeGreaterThanOrEqual(p - 1e-12);
          expect(adjusted[index]).toBeLessThanOrEqual(1);
          for (const [other, q] of given.entries()) {
            if (p < q) expect(adjusted[index]).toBeLessThanOrEqual(adjusted[other] ?? 1);
          }
        }
      }),
    );
  });
});

test('ranks add up, and equal values share theirs', () => {
  expect(ranksOf([30, 10, 20, 10])).toEqual([4, 1.5, 3, 1.5]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 5 })), (values) => {
      const sum = ranksOf(values).reduce((total, rank) => total + rank, 0);
      expect(sum).toBe((values.length * (values.length + 1)) / 2);
    }),
  );
});

const daysOf = (hours: readonly number[]) =>
  Array.from({ length: Math.ceil(hours.length / 24) }, (_, day) => hours.slice(day * 24, day * 24 + 24));

describe('the shift', () => {
  const difference = fc
    .double({ min: -10, max: 10, noNaN: true })
    .filter((value) => value === 0 || Math.abs(value) > 1e-6);
  const days = fc.array(fc.array(difference, { minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 8 });

  test('of the negative is the negative, as likely', () => {
    fc.assert(
      fc.property(days, (given) => {
        const one = estimateShift(given);
        const other = estimateShift(given.map((day) => day.map((value) => -value)));
        expect(other.shift).toBeCloseTo(-one.shift, 9);
        expect(other.pValue).toBeCloseTo(one.pValue, 9);
        expect(other.firstDay).toBe(one.firstDay);
      }),
    );
  });

  test('p is a probability, the first day one of them, the shift within what there is', () => {
    fc.assert(
      fc.property(days, (given) => {
        const { shift, firstDay, pValue } = estimateShift(given);
        expect(pValue).toBeGreaterThan(0);
        expect(pValue).toBeLessThanOrEqual(1);
        expect(given[firstDay]).toBeDefined();
        expect(shift).toBeGreaterThanOrEqual(Math.min(...given.flat()));
        expect(shift).toBeLessThanOrEqual(Math.max(...given.flat()));
      }),
    );
  });

  test('of nothing but zeros is none', () => {
    expect(estimateShift(daysOf(Array.from({ length: 168 }, () => 0)))).toEqual({ shift: 0, firstDay: 0, pValue: 1 });
  });

  test('a few terrible hours are not a shift', () => {
    const hours = noiseOf({ hourly: 0.05 }, 3, WEEK).map((value, hour) => (hour % 20 === 0 ? 5 : value));
    expect(Math.abs(estimateShift(daysOf(hours)).shift)).toBeLessThan(0.02);
  });

  test('what moved two days before the end is found, with its day and its size', () => {
    const hours = noiseOf({ hourly: 0.1 }, 5, WEEK).map((value, hour) => value + (hour >= 120 ? 1 : 0));
    const { shift, firstDay, pValue } = estimateShift(daysOf(hours));
    expect(firstDay).toBe(5);
    expect(shift).toBeCloseTo(1, 1);
    expect(pValue).toBeLessThan(0.001);
  });
});

/** Scatter of the logarithm of an hour's median, and how it carries over. */
const WEATHERS: readonly (readonly [string, Weather])[] = [
  ['hours on their own', { hourly: 0.15 }],
  ['hours that carry over', { hourly: 0.15, carry: 0.7 }],
  ['slow and quick days', { hourly: 0.1, daily: 0.1 }],
  ['now and then a terrible hour', { hourly: 0.15, spikes: 0.05 }],
];

describe.each(WEATHERS)('simulated: %s', (_name, weather) => {
  const RUNS = 120;
  /** How often a shift is called one at 5 %. */
  const share = (slower: (hour: number) => number) => {
    let found = 0;
    for (let seed = 1; seed <= RUNS; seed++) {
      const before = noiseOf(weather, seed * 2, WEEK);
      const after = noiseOf(weather, seed * 2 + 1, WEEK);
      const differences = after.map((value, hour) => value + slower(hour) - (before[hour] ?? 0));
      if (estimateShift(daysOf(differences)).pValue <= 0.05) found += 1;
    }
    return found / RUNS;
  };

  test('a week against a week: false alarms, and power', () => {
    expect(share(() => 0)).toBeLessThan(0.08);
    expect(share(() => Math.log(1.35))).toBeGreaterThan(0.9);
    expect(share((hour) => (hour >= 120 ? Math.log(3) : 0))).toBeGreaterThan(0.9);
  });
});

describe('the change point', () => {
  test.each([
    [[1, 1, 1, 5, 5, 5, 5], 3],
    [[9, 9, 2, 2], 2],
    [[1, 1, 1], undefined],
    [[4], undefined],
    [[], undefined],
  ])('%j', (values, expected) => expect(changePoint(values)).toBe(expected));

  test('is found within three hours under noise', () => {
    fc.assert(
      fc.property(fc.integer({ min: 6, max: 330 }), fc.integer({ min: 1, max: 1_000 }), (place, seed) => {
        const noise = noiseOf({ hourly: 0.1 }, seed, 336);
        const found = changePoint(noise.map((value, hour) => value + (hour >= place ? 0.7 : 0)));
        expect(Math.abs((found ?? 0) - place)).toBeLessThanOrEqual(3);
      }),
      { numRuns: 60 },
    );
  });
});
