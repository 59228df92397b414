/** Ranks, those of equal values shared. Pure. */

/** From 1; equal values have the mean of the ranks they take up. */
export function ranksOf(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = Array.from({ length: values.length }, () => 0);
  for (let first = 0; first < order.length; ) {
    const value = values[order[first] ?? 0];
    let last = first;
    while (last + 1 < order.length && values[order[last + 1] ?? 0] === value) last += 1;
    for (let place = first; place <= last; place++) ranks[order[place] ?? 0] = (first + last) / 2 + 1;
    first = last + 1;
  }
  return ranks;
}
