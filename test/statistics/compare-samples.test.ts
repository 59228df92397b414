import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareSamples, median } from '../../src/lib/statistics/index.js';

describe('compareSamples', () => {
  test.each([
    // The extreme arrangement, both ways, of all C(8,4) = 70.
    { before: [1, 2, 3, 4], after: [5, 6, 7, 8], shift: 4, p: 2 / 70 },
    { before: [5, 6, 7, 8], after: [1, 2, 3, 4], shift: -4, p: 2 / 70 },
    // One outlier moves neither.
    { before: [1, 2, 3, 4], after: [5, 6, 7, 8_000], shift: 4, p: 2 / 70 },
    { before: [1, 4], after: [2, 3], shift: 0, p: 1 },
    { before: [1, 1, 1], after: [1, 1, 1], shift: 0, p: 1 },
    // Of 20 choices 8 have both ones, or none.
    { before: [0, 0, 0], after: [0, 1, 1], shift: 1, p: 0.4 },
  ])('$before and $after', ({ before, after, shift, p }) => {
    const compared = compareSamples(before, after);
    expect(compared.shift).toBe(shift);
    expect(compared.p).toBeCloseTo(p, 12);
  });

  const small = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 6 });

  test('p is the share of all divisions at least as uneven', () => {
    fc.assert(
      fc.property(small, small, (before, after) => {
        expect(compareSamples(before, after).p).toBeCloseTo(byEnumeration(before, after), 12);
      }),
      { numRuns: 60 },
    );
  });

  test('the other way round the shift turns and p stays; a common scale changes neither', () => {
    fc.assert(
      fc.property(small, small, (before, after) => {
        const [there, back] = [compareSamples(before, after), compareSamples(after, before)];
        expect(back.shift).toBeCloseTo(-there.shift, 12);
        expect(back.p).toBeCloseTo(there.p, 12);
        const scaled = compareSamples(
          before.map((value) => 3 * value + 7),
          after.map((value) => 3 * value + 7),
        );
        expect(scaled.shift).toBeCloseTo(3 * there.shift, 9);
        expect(scaled.p).toBeCloseTo(there.p, 12);
      }),
    );
  });

  test('two weeks against two weeks are exact, too', () => {
    const days = Array.from({ length: 14 }, (_, index) => index);
    const { p } = compareSamples(
      days,
      days.map((day) => day + 100),
    );
    expect(p).toBeCloseTo(2 / 40_116_600, 15);
  });
});

test('the median', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('of nothing there is no shift', () => {
  expect(() => compareSamples([], [1])).toThrow(RangeError);
  expect(() => compareSamples([1], [])).toThrow(RangeError);
});

/** Every way to choose the first sample, one by one. */
function byEnumeration(before: readonly number[], after: readonly number[]): number {
  const all = [...before, ...after];
  const wins = (chosen: ReadonlySet<number>) => {
    let score = 0;
    for (const [i, one] of all.entries()) {
      for (const [j, other] of all.entries()) {
        if (chosen.has(i) && !chosen.has(j)) score += Math.sign(other - one);
      }
    }
    return Math.abs(score);
  };
  const observed = wins(new Set(before.keys()));
  let [total, extreme] = [0, 0];
  for (let bits = 0; bits < 2 ** all.length; bits++) {
    const chosen = new Set([...all.keys()].filter((index) => (bits >> index) & 1));
    if (chosen.size !== before.length) continue;
    total += 1;
    if (wins(chosen) >= observed) extreme += 1;
  }
  return extreme / total;
}
