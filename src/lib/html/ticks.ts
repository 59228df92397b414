/** Round numbers along an axis. Pure. */

/**
 * About `count` round numbers over the range, from below it to above it; of a range that is none, the number alone.
 * A range too narrow or too wide for a step that numbers can tell apart has its two ends.
 */
export function ticksOver(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  if (low + step === low || high + step === high || step === Number.POSITIVE_INFINITY) return [low, high];
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}
