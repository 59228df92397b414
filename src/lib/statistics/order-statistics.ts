/** Medians and other order statistics, in linear time. */

/** The k-th smallest, counted from 0, by Hoare's quickselect. Reorders the values, which must be numbers. */
export function select(values: Float64Array, k: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1] ?? 0;
    let left = low;
    let right = high;
    while (left <= right) {
      while ((values[left] ?? 0) < pivot) left += 1;
      while ((values[right] ?? 0) > pivot) right -= 1;
      if (left > right) break;
      const moved = values[left] ?? 0;
      values[left++] = values[right] ?? 0;
      values[right--] = moved;
    }
    if (k <= right) high = right;
    else if (k >= left) low = left;
    else break;
  }
  return values[k] ?? Number.NaN;
}

/** NaN of nothing. The values stay as they are. */
export function median(values: ArrayLike<number>): number {
  const copy = new Float64Array(values);
  const middle = copy.length >> 1;
  const upper = select(copy, middle);
  if (copy.length % 2 === 1) return upper;
  // The lower half now stands before the middle, in whatever order.
  return (
    (copy.subarray(0, middle).reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY) + upper) / 2
  );
}
