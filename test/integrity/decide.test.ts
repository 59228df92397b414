import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { baseOf, compareKeys, isBeyond, judgeRows } from '../../src/lib/integrity/decide.js';

const limit = fc.option(
  fc.oneof(
    fc.record({ rows: fc.integer({ min: 1, max: 50 }) }),
    fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  ),
  { nil: undefined },
);

describe('levels', () => {
  test('none failing is good, whatever the levels', () => {
    fc.assert(
      fc.property(limit, limit, fc.nat(1_000), (warn, fail, total) => {
        expect(judgeRows({ failing: 0, total }, { warn, fail })).toBe('ok');
      }),
    );
  });

  test('more failing rows are never better', () => {
    const rank = ['ok', 'warning', 'failed'];
    fc.assert(
      fc.property(limit, limit, fc.nat(100), fc.nat(100), (warn, fail, one, more) => {
        const state = (failing: number) => rank.indexOf(judgeRows({ failing, total: 200 }, { warn, fail }));
        expect(state(one + more)).toBeGreaterThanOrEqual(state(one));
      }),
    );
  });

  test('a share of an unknown number is no verdict', () => {
    expect(judgeRows({ failing: 3, total: null }, { warn: undefined, fail: { share: 0.1 } })).toBe('unknown');
  });
});

test.each([
  [90, 100, { maxDrop: { share: 0.1 } }, false],
  [89, 100, { maxDrop: { share: 0.1 } }, true],
  [89, 100, { maxGrowth: { share: 0.1 } }, false],
  [106, 100, { maxGrowth: { rows: 5 }, maxDrop: { rows: 5 } }, true],
  [1, 0, { maxGrowth: { share: 1 } }, true],
] as const)('%i after %i within %p: beyond is %p', (total, before, bounds, beyond) => {
  expect(isBeyond(total, before, { maxDrop: undefined, maxGrowth: undefined, ...bounds })).toBe(beyond);
});

test('what is compared with is the newest that is old enough, else the oldest', () => {
  const counts = [1, 2, 3].map((hour) => ({ at: `2026-11-23T0${hour}:00:00.000Z`, total: hour }));
  const now = new Date('2026-11-23T04:00:00Z');
  expect([3_600_000, 5_400_000, 86_400_000].map((windowMs) => baseOf(counts, now, windowMs)?.total)).toEqual([3, 2, 1]);
  expect(baseOf([], now, 1)).toBeUndefined();
});

test('every failing row is new or known; a cut list tells nothing', () => {
  const keys = fc.uniqueArray(fc.string(), { maxLength: 20 });
  fc.assert(
    fc.property(keys, keys, (now, before) => {
      const novelty = compareKeys({ keys: now, isComplete: true }, { keys: before, isComplete: true });
      expect((novelty?.newRows ?? 0) + (novelty?.knownRows ?? 0)).toBe(now.length);
      expect(now.filter((key) => novelty?.isNew(key))).toEqual(now.filter((key) => !before.includes(key)));
      expect(compareKeys({ keys: now, isComplete: false }, undefined)).toBeUndefined();
      expect(compareKeys({ keys: now, isComplete: true }, { keys: before, isComplete: false })).toBeUndefined();
    }),
  );
});
