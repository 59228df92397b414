/** Alerts that begin and end again and again: weighted and bounded as Icinga does. */

/** Evaluations that are looked at. */
const EVALUATIONS = 20;
/** Of a change in the oldest and in the newest of them. */
const [OLDEST_WEIGHT, NEWEST_WEIGHT] = [0.8, 1.15];
const [START_ABOVE, END_BELOW] = [0.3, 0.25];

/** The history with one evaluation more: a bit each, the newest lowest. */
export const rememberEvaluation = (changes: number, isChanged: boolean): number =>
  ((changes << 1) | Number(isChanged)) & (2 ** EVALUATIONS - 1);

/** The weighted share of evaluations in which the alert began or ended, 0..1. */
export function flappingShare(changes: number): number {
  let sum = 0;
  for (let age = 0; age < EVALUATIONS; age++) {
    if (((changes >> age) & 1) === 1)
      sum += NEWEST_WEIGHT - (age * (NEWEST_WEIGHT - OLDEST_WEIGHT)) / (EVALUATIONS - 1);
  }
  return sum / EVALUATIONS;
}

/** Whether an alert of this history flaps, given whether it did. */
export function isFlapping(changes: number, before: boolean): boolean {
  if (changes === 0) return false;
  const share = flappingShare(changes);
  return before ? share >= END_BELOW : share > START_ABOVE;
}
