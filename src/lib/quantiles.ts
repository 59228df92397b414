/**
 * Log-spaced counts of durations: every value lands in a bin whose middle is at most 2 % away, and counts of two periods
 * add up. So the percentile of a day is computed from the day's counts and never averaged from percentiles of its hours.
 */

/** Counts by bin. */
export type Bins = Map<number, number>;

/** Largest relative error of a quantile. */
export const ACCURACY = 0.02;
// Masson et al., "DDSketch" (VLDB 2019): with this ratio the middle of a bin is within ACCURACY of both its ends.
const RATIO = (1 + ACCURACY) / (1 - ACCURACY);
const LOG_RATIO = Math.log(RATIO);
/** One microsecond, in ms: what is shorter is counted as this. */
const SHORTEST_MS = 0.001;
/** About 16 days: bounds the number of bins whatever a clock says. */
export const LAST_BIN = 700;

/** The bin of a duration; bin 0 holds everything up to a microsecond. */
export function binOf(durationMs: number): number {
  if (!(durationMs > SHORTEST_MS)) return 0;
  return Math.min(LAST_BIN, Math.ceil(Math.log(durationMs / SHORTEST_MS) / LOG_RATIO));
}

/** The value at rank ⌈q·n⌉ (nearest rank), in ms; null when nothing was counted. */
export function quantile(bins: Bins, q: number): number | null {
  let total = 0;
  for (const count of bins.values()) total += count;
  if (total === 0) return null;
  const rank = Math.max(1, Math.ceil(q * total));
  let seen = 0;
  for (const bin of [...bins.keys()].sort((a, b) => a - b)) {
    seen += bins.get(bin) ?? 0;
    if (seen >= rank) return middleOf(bin);
  }
  return null;
}

const middleOf = (bin: number): number => (bin === 0 ? SHORTEST_MS : (SHORTEST_MS * 2 * RATIO ** bin) / (RATIO + 1));

/** Adds `count` to a bin. */
export function addToBin(bins: Bins, bin: number, count: number): void {
  bins.set(bin, (bins.get(bin) ?? 0) + count);
}

/** Bins as `[bin, count, bin, count…]`: a tenth of the map's memory, and ready to be stored. */
export function packBins(bins: Bins): Uint32Array {
  const packed = new Uint32Array(bins.size * 2);
  let at = 0;
  for (const [bin, count] of bins) {
    packed[at++] = bin;
    packed[at++] = count;
  }
  return packed;
}

/** Adds bins, packed or not. */
export function addBins(bins: Bins, more: Bins | Uint32Array): void {
  if (more instanceof Map) for (const [bin, count] of more) addToBin(bins, bin, count);
  else for (let at = 0; at < more.length; at += 2) addToBin(bins, more[at] ?? 0, more[at + 1] ?? 0);
}
