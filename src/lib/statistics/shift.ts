/**
 * Whether matched differences lie around 0, and around what instead. A day is one observation: a slow day is slow in all
 * of its hours, and a test that takes each hour for a witness of its own cries wolf (`test/statistics/shift.test.ts`
 * holds the rate of false alarms, such days included). Pure.
 */
import { median } from './order-statistics.js';
import { ranksOf } from './ranks.js';
import { studentTail } from './tail.js';

export interface Shift {
  /** Around what they lie since `firstDay`: the median of the means of all pairs (Hodges and Lehmann 1963). */
  readonly shift: number;
  /** Index of the day from which on: 0 when all days are alike, later when they moved in between. */
  readonly firstDay: number;
  /** Probability of such a shift, or of a larger one, by chance. */
  readonly pValue: number;
}

/** @param days differences of each day, in order of time; none of the days is empty, and there are at least two */
export function estimateShift(days: readonly (readonly number[])[]): Shift {
  const throughout = chanceOfAll(days);
  const late = likeliestSplit(days.map(median));
  const isLate = late.chance < throughout;
  const differences = (isLate ? days.slice(late.firstDay) : days).flat();
  // Two questions were asked. And so many signs alone are not less likely than this.
  const pValue = Math.min(1, Math.max(2 * Math.min(throughout, late.chance), 2 ** (1 - differences.length)));
  return { shift: hodgesLehmann(differences), firstDay: isLate ? late.firstDay : 0, pValue };
}

/** The signed ranks (Wilcoxon 1945; zeros ranked, Pratt 1959), as means of days, against Student's t. */
function chanceOfAll(days: readonly (readonly number[])[]): number {
  const differences = days.flat();
  const ranks = ranksOf(differences.map(Math.abs));
  let next = 0;
  const scores = days.map((day) => average(day.map((difference) => Math.sign(difference) * (ranks[next++] ?? 0))));
  const mean = average(scores);
  if (mean === 0) return 1;
  const variance = squares(scores) / (scores.length - 1);
  return studentTail(Math.abs(mean) / Math.sqrt(variance / scores.length), scores.length - 1);
}

/** Days before against days after, wherever they differ most; each place that was tried is one more chance. */
function likeliestSplit(values: readonly number[]): { readonly firstDay: number; readonly chance: number } {
  const degrees = values.length - 2;
  let best = { firstDay: 0, chance: 1 };
  for (let firstDay = 1; degrees > 0 && firstDay < values.length; firstDay++) {
    const [before, after] = [values.slice(0, firstDay), values.slice(firstDay)];
    const variance = (squares(before) + squares(after)) / degrees;
    const move = Math.abs(average(after) - average(before));
    if (move === 0) continue;
    const t = move / Math.sqrt(variance * (1 / before.length + 1 / after.length));
    const chance = Math.min(1, studentTail(t, degrees) * (values.length - 1));
    if (chance < best.chance) best = { firstDay, chance };
  }
  return best;
}

function hodgesLehmann(values: readonly number[]): number {
  const means = new Float64Array((values.length * (values.length + 1)) / 2);
  let next = 0;
  for (const [first, value] of values.entries()) {
    for (let second = first; second < values.length; second++) means[next++] = (value + (values[second] ?? 0)) / 2;
  }
  return median(means);
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function squares(values: readonly number[]): number {
  const mean = average(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
