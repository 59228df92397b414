/** Where a series moves from one level to another. Pure. */

/**
 * The index of the first value on the new level: where two medians, one before and one after, leave the least absolute
 * deviation. Undefined where no place is better than none. It says where, not whether: that is another test's.
 */
export function changePoint(values: readonly number[]): number | undefined {
  const before = deviations(values);
  const after = deviations(values.toReversed()).toReversed();
  let least = before.at(-1) ?? 0;
  let index: number | undefined;
  for (let first = 1; first < values.length; first++) {
    const left = (before[first - 1] ?? 0) + (after[first] ?? 0);
    if (left >= least) continue;
    least = left;
    index = first;
  }
  return index;
}

/** Of the first value, of the first two, and so on: how far they lie from their median, in sum. */
function deviations(values: readonly number[]): number[] {
  const sorted: number[] = [];
  return values.map((value) => {
    sorted.splice(sorted.findLastIndex((other) => other <= value) + 1, 0, value);
    const level = sorted[sorted.length >> 1] ?? 0;
    return sorted.reduce((sum, other) => sum + Math.abs(other - level), 0);
  });
}
