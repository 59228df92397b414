/** Durations of one hook or one route. */
import { addToBin, type Bins, binOf, LAST_BIN, quantile } from '../../quantiles.js';

/** Plain data, so that a worker can send it. */
export interface Durations {
  count: number;
  totalMs: number;
  maxMs: number;
  /** Failed ones: answers with a status of 500 and above. */
  failures: number;
  readonly bins: Uint32Array;
}

export const createDurations = (): Durations => ({
  count: 0,
  totalMs: 0,
  maxMs: 0,
  failures: 0,
  bins: new Uint32Array(LAST_BIN + 1),
});

export function addDuration(to: Durations, durationMs: number): void {
  const bin = binOf(durationMs);
  to.count++;
  to.totalMs += durationMs;
  if (durationMs > to.maxMs) to.maxMs = durationMs;
  to.bins[bin] = (to.bins[bin] ?? 0) + 1;
}

export function mergeDurations(to: Durations, from: Durations): void {
  to.count += from.count;
  to.totalMs += from.totalMs;
  to.maxMs = Math.max(to.maxMs, from.maxMs);
  to.failures += from.failures;
  for (const [bin, count] of from.bins.entries()) to.bins[bin] = (to.bins[bin] ?? 0) + count;
}

/** The value below which a share of the durations lies, within 2 %; null for none. */
export function quantileOf({ bins }: Durations, share: number): number | null {
  const counts: Bins = new Map();
  for (const [bin, count] of bins.entries()) if (count > 0) addToBin(counts, bin, count);
  return quantile(counts, share);
}
