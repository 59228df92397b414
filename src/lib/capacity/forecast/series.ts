/** Days as they were measured → a series without gaps, as the models want it. Pure. */
import { median } from '../../statistics/index.js';

/** A day of UTC: whatever clocks do, none is longer than another. */
export interface DayValue {
  /** Days since 1970-01-01. */
  readonly day: number;
  /** Median of its samples; finite. */
  readonly value: number;
  readonly samples: number;
}

export interface Series {
  readonly firstDay: number;
  /** One a day; days without a sample lie on the straight line between their neighbours. */
  readonly values: Float64Array;
  readonly isMeasured: readonly boolean[];
}

/** With fewer of a usual day's samples, the last day is not over yet. */
const WHOLE_DAY = 0.9;

/** @param days in order, none twice. */
export function withoutPartialDay(days: readonly DayValue[]): readonly DayValue[] {
  const before = days.slice(0, -1);
  const last = days.at(-1);
  if (last === undefined || before.length === 0) return days;
  return last.samples < WHOLE_DAY * median(before.map(({ samples }) => samples)) ? before : days;
}

/** @param days in order, none twice, at least one. */
export function toSeries(days: readonly DayValue[]): Series {
  const firstDay = days[0]?.day ?? 0;
  const length = (days.at(-1)?.day ?? firstDay) - firstDay + 1;
  const values = new Float64Array(length);
  const isMeasured = Array.from({ length }, () => false);
  let previous = { index: 0, value: days[0]?.value ?? 0 };
  for (const { day, value } of days) {
    const index = day - firstDay;
    const step = (value - previous.value) / Math.max(1, index - previous.index);
    for (let gap = previous.index + 1; gap < index; gap++) values[gap] = previous.value + step * (gap - previous.index);
    values[index] = value;
    isMeasured[index] = true;
    previous = { index, value };
  }
  return { firstDay, values, isMeasured };
}

/** The series from this index on. */
export const from = ({ firstDay, values, isMeasured }: Series, start: number): Series => ({
  firstDay: firstDay + start,
  values: values.subarray(start),
  isMeasured: isMeasured.slice(start),
});
