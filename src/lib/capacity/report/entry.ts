/** One resource of a report: its figures, and the chart of them. Pure. */
import * as z from 'zod';
import type { Chart } from '../../html/index.js';
import { forecast } from '../forecast/forecast.js';
import type { DayValue } from '../forecast/series.js';
import { dateOf, type ResourceHistory } from '../history.js';
import { type Ahead, ResourcePrediction, toPrediction } from '../prediction.js';
import { formatFigure } from '../resources.js';
import { describeForecast } from '../words.js';

export const ReportEntry = z.object({
  prediction: ResourcePrediction,
  /** Since the beginning of the period, or of the history where that is later; null of a single day. */
  change: z.object({ since: z.iso.date(), absolute: z.number(), share: z.number().nullable() }).nullable(),
  /** The course over the period, oldest first. */
  course: z.array(z.number()),
});
export type ReportEntry = z.infer<typeof ReportEntry>;

/** Means that are drawn in a line of text. */
const COURSE_POINTS = 40;

export function reportOn(
  history: ResourceHistory,
  { periodDays, ahead }: { readonly periodDays: number; readonly ahead: Ahead },
): { readonly entry: ReportEntry; readonly chart: Chart } {
  const foreseen = forecast(history.days, { ...ahead, limit: history.limit });
  const prediction = toPrediction(history, foreseen);
  const whole = history.days.filter(({ day }) => day <= foreseen.lastDay);
  const period = whole.filter(({ day }) => day >= foreseen.lastDay - periodDays);
  const entry = { prediction, change: changeOver(period), course: condense(period) };
  const expected = foreseen.state === 'forecast' ? foreseen.outlooks : [];
  const chart: Chart = {
    title: history.resource,
    description: describeForecast(prediction),
    measured: whole.map(({ day, value }) => ({ x: day, y: value })),
    expected: expected.map((outlook, index) => ({ x: foreseen.lastDay + index + 1, ...outlook })),
    limit: limitOf(history, [...whole.map(({ value }) => value), ...expected.map(({ high }) => high)]),
    formatX: (day) => dateOf(Math.round(day)),
    formatY: (value) => formatFigure(prediction.unit, value),
  };
  return { entry, chart };
}

function changeOver(period: readonly DayValue[]): ReportEntry['change'] {
  const [first, last] = [period[0], period.at(-1)];
  if (!first || !last || first === last) return null;
  const absolute = last.value - first.value;
  return { since: dateOf(first.day), absolute, share: first.value === 0 ? null : absolute / Math.abs(first.value) };
}

function condense(period: readonly DayValue[]): number[] {
  const width = Math.ceil(period.length / COURSE_POINTS);
  return Array.from({ length: Math.ceil(period.length / width) }, (_, index) => {
    const part = period.slice(index * width, (index + 1) * width);
    return part.reduce((sum, { value }) => sum + value, 0) / part.length;
  });
}

/** A limit far above everything would press the course flat: the text names it. */
const FARTHEST = 3;

function limitOf({ limit }: ResourceHistory, values: readonly number[]): Chart['limit'] {
  const highest = values.reduce((most, value) => Math.max(most, value), 0);
  return limit === null || limit > FARTHEST * highest ? undefined : { y: limit, name: 'limit' };
}
