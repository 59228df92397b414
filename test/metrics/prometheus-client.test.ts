import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rise, selectorOf } from '../../src/lib/metrics/prometheus/expressions.js';
import { addBuckets, quantileOf } from '../../src/lib/metrics/prometheus/histogram.js';

describe('percentiles', () => {
  const bounds = [0.1, 0.5, 2, Number.POSITIVE_INFINITY];
  const cumulated = (counts: readonly number[]) => {
    let sum = 0;
    return new Map(bounds.map((bound, index) => [bound, (sum += counts[index] ?? 0)]));
  };
  // By `histogram_quantile` of Prometheus 2.42 over the same buckets.
  test.each([
    [[0, 0, 0, 0], 0.5, null],
    [[10, 0, 0, 0], 0.5, 0.05],
    [[5, 5, 0, 0], 0.5, 0.1],
    [[5, 5, 0, 0], 0.75, 0.3],
    [[0, 0, 4, 0], 0.5, 1.25],
    [[1, 0, 0, 9], 0.95, 2],
  ])('%j at %d: %d', (counts, q, expected) => {
    const found = quantileOf(cumulated(counts), q);
    if (expected === null) expect(found).toBeNull();
    else expect(found).toBeCloseTo(expected, 9);
  });

  const histogram = fc.array(fc.nat(1_000), { minLength: 4, maxLength: 4 }).map(cumulated);

  test('they grow with q, and stay within the bounds', () => {
    fc.assert(
      fc.property(histogram, (buckets) => {
        const values = [0.1, 0.5, 0.9, 0.99].map((q) => quantileOf(buckets, q));
        if (values[0] === null) return values.every((value) => value === null);
        const numbers = values.map(Number);
        return numbers.every((value, index) => value >= (numbers[index - 1] ?? 0) && value <= 2);
      }),
    );
  });

  test('a bucket that shows less than the one before, for instances are not scraped at once, does no harm', () => {
    const value = quantileOf(
      new Map([
        [0.1, 10],
        [0.5, 9],
        [Number.POSITIVE_INFINITY, 10],
      ]),
      0.99,
    );
    expect(value).toBeCloseTo(0.099, 9);
  });

  test('two histograms together lie between them', () => {
    fc.assert(
      fc.property(histogram, histogram, (one, other) => {
        const [a, b, sum] = [one, other, addBuckets([one, other])].map((buckets) => quantileOf(buckets, 0.5));
        if (a == null || b == null || sum == null) return true;
        return sum >= Math.min(a, b) - 1e-9 && sum <= Math.max(a, b) + 1e-9;
      }),
    );
  });
});

describe('expressions', () => {
  test('labels cannot leave their quotes', () => {
    expect(selectorOf({ job: 'a"} or vector(1) #', path: 'c:\\' })).toBe(
      String.raw`{job="a\"} or vector(1) #",path="c:\\"}`,
    );
  });

  test('the language of Prometheus knows nothing of MetricsQL', () => {
    const counted = { name: 'x_total', windowMs: 60_000, by: ['le'] };
    expect(rise(counted, { selector: '{}', isMetricsQl: false })).not.toContain('increase_');
  });
});
