/** A course of values in one line of a table. */

const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** One block a value, from the smallest to the largest; those that do not change stay low. */
export function sparkline(values: readonly number[]): string {
  const lowest = Math.min(...values);
  const range = Math.max(...values) - lowest;
  return values
    .map((value) => BLOCKS[range > 0 ? Math.round(((value - lowest) / range) * (BLOCKS.length - 1)) : 0])
    .join('');
}
