/** Level shifts: a purge, a VACUUM FULL, an import. What was before one says little about what comes. Pure. */
import { median } from '../../statistics/index.js';

export interface LevelShift {
  /** The first value on the new level. */
  readonly index: number;
  readonly change: number;
}

/** A step this many times the usual scatter of steps is none of them; a normal one gets there once in 10^15 days. */
const SCATTERS = 8;
/** Below this share of the level a step is not worth the history that would go with it. */
const SMALLEST_SHARE = 0.02;
const WEEK = 7;
/** Days on each side that tell a new level from an outlier. */
const FEWEST = 3;
/** What happens that often is how this resource behaves. */
const RECURRING = 3;
/** Median absolute deviation → standard deviation of a normal distribution. */
const NORMAL = 1.4826;

/** The last shift, if any: the values from its index on are the last regime. */
export function findLastShift(values: Float64Array): LevelShift | undefined {
  const shifts = merge(findShifts(values));
  const rises = shifts.filter(({ change }) => change > 0);
  const falls = shifts.filter(({ change }) => change < 0);
  return [rises, falls]
    .filter((same) => same.length < RECURRING)
    .flat()
    .reduce<LevelShift | undefined>((last, shift) => (shift.index > (last?.index ?? 0) ? shift : last), undefined);
}

function findShifts(values: Float64Array): LevelShift[] {
  const steps = values.subarray(1).map((value, index) => value - (values[index] ?? 0));
  const drift = median(steps);
  const scatter = NORMAL * median(steps.map((step) => Math.abs(step - drift)));
  const smallest = Math.max(SCATTERS * scatter, SMALLEST_SHARE * median(values.map(Math.abs)));
  const shifts: LevelShift[] = [];
  for (const [before, step] of steps.entries()) {
    const change = step - drift;
    if (Math.abs(change) > smallest && isLasting(values, { index: before + 1, change }, drift)) {
      shifts.push({ index: before + 1, change: step });
    }
  }
  return shifts;
}

/**
 * Whether the level stays: at least half the step is still there on most days after it, each against the day a week
 * before, so that a weekend is held against a weekend.
 */
function isLasting(values: Float64Array, { index, change }: LevelShift, drift: number): boolean {
  const before = values.subarray(Math.max(0, index - WEEK), index);
  const after = values.subarray(index, index + WEEK);
  if (Math.min(before.length, after.length) < FEWEST) return false;
  const usual = median(before);
  const moves = after.map((value, day) => value - (values[index + day - WEEK] ?? usual));
  const moved = median(moves) - drift * WEEK;
  return Math.sign(moved) === Math.sign(change) && Math.abs(moved) >= Math.abs(change) / 2;
}

/** An import over several days is one shift, which ends with its last step. */
function merge(shifts: readonly LevelShift[]): LevelShift[] {
  const merged: LevelShift[] = [];
  for (const shift of shifts) {
    const last = merged.at(-1);
    if (last && shift.index - last.index <= FEWEST && Math.sign(last.change) === Math.sign(shift.change)) {
      merged[merged.length - 1] = { index: shift.index, change: last.change + shift.change };
    } else merged.push(shift);
  }
  return merged;
}
