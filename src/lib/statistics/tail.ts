/** How unlikely a statistic is by chance. Pure. */

/** Probability that Student's t with so many degrees of freedom is at least this far from 0, either way. */
export function studentTail(t: number, degrees: number): number {
  // Wallace (1959): the normal deviate with the same tail; within 1 % of it from 3 degrees on.
  const deviate = ((8 * degrees + 1) / (8 * degrees + 3)) * Math.sqrt(degrees * Math.log1p((t * t) / degrees));
  return 2 * normalTail(deviate);
}

/** Probability that a normal deviate is larger than `z`, which is not negative. Zelen and Severo (1964), 26.2.17. */
function normalTail(z: number): number {
  const k = 1 / (1 + 0.231_641_9 * z);
  const [b1, b2, b3, b4, b5] = [0.319_381_53, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
  const polynomial = k * (b1 + k * (b2 + k * (b3 + k * (b4 + k * b5))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
}

/**
 * P values adjusted for how many questions were asked (Benjamini and Hochberg 1995): of what is called a change at `q`,
 * a share of at most `q` is expected to be none.
 */
export function adjustForMany(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => (pValues[b] ?? 0) - (pValues[a] ?? 0));
  const adjusted = Array.from({ length: pValues.length }, () => 1);
  let least = 1;
  for (const [place, index] of order.entries()) {
    const rank = pValues.length - place;
    least = Math.min(least, ((pValues[index] ?? 1) * pValues.length) / rank);
    adjusted[index] = least;
  }
  return adjusted;
}
