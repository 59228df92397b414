/** Percentiles of a histogram, as `histogram_quantile` of Prometheus computes them: what a dashboard shows is the same. Pure. */

/** Runs not longer than the bound in seconds, by bound; cumulated. `Infinity` has them all. */
export type Buckets = ReadonlyMap<number, number>;

/**
 * The value at `q` (0..1), in seconds: within its bucket, runs are taken to be spread evenly. Null when nothing was counted.
 * What lies above the highest bound is said to be that bound.
 */
export function quantileOf(buckets: Buckets, q: number): number | null {
  const sorted = [...buckets].sort(([one], [other]) => one - other);
  const total = Math.max(0, ...buckets.values());
  if (total === 0) return null;
  const rank = q * total;
  let [below, counted] = [0, 0];
  for (const [bound, value] of sorted) {
    // Instances are not scraped at one moment: a bucket may show less than the one before.
    const cumulated = Math.max(counted, value);
    if (cumulated >= rank && cumulated > counted) {
      return bound === Number.POSITIVE_INFINITY
        ? below
        : below + ((bound - below) * (rank - counted)) / (cumulated - counted);
    }
    counted = cumulated;
    if (bound < Number.POSITIVE_INFINITY) below = bound;
  }
  return below;
}

/** The sum of histograms with equal bounds. */
export function addBuckets(all: readonly Buckets[]): Buckets {
  const sum = new Map<number, number>();
  for (const buckets of all) for (const [bound, count] of buckets) sum.set(bound, (sum.get(bound) ?? 0) + count);
  return sum;
}
