/** Where a series moves from one level to another. Pure. */
import { ranksOf } from './ranks.js';

/**
 * The index of the first value on the new level: where the ranks before differ most from those after (Pettitt 1979).
 * Undefined of fewer than two values, or of equal ones. It says where, not whether: that is another test's.
 */
export function changePoint(values: readonly number[]): number | undefined {
  const middle = (values.length + 1) / 2;
  let sum = 0;
  let farthest = 0;
  let index: number | undefined;
  for (const [place, rank] of ranksOf(values).slice(0, -1).entries()) {
    sum += rank - middle;
    if (Math.abs(sum) <= farthest) continue;
    farthest = Math.abs(sum);
    index = place + 1;
  }
  return index;
}
