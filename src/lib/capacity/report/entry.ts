/** One resource of a report: its figures, and the chart of them. Pure. */
import * as z from 'zod';
import type { Chart } from '../../html/index.js';
import { DAY_MS } from '../daily-medians.js';
import { forecast } from '../forecast/forecast.js';
import type { Outlook } from '../forecast/limit.js';
import type { DayValue } from '../forecast/series.js';
import { dateOf, type ResourceHistory } from '../history.js';
import { type Ahead, Range, ResourcePrediction, toPrediction } from '../prediction.js';
import { formatFigure } from '../resources.js';
import { describeForecast } from '../words.js';

export const ReportEntry = z.object({
  prediction: ResourcePrediction,
  /** Since the beginning of the period, or of the history where that is later; null of a single day. */
  change: z.object({ since: z.iso.date(), absolute: z.number(), share: z.number().nullable() }).nullable(),
  /** The course over the period, oldest first: means of a few days each, dated by the first. */
  course: z.array(z.object({ date: z.iso.date(), value: z.number() })),
  /** What is expected, some days apart up to the horizon. */
  outlook: z.array(Range.extend({ date: z.iso.date() })),
});
export type ReportEntry = z.infer<typeof ReportEntry>;

/** Enough for a small picture, and for a line of text. */
const MOST_POINTS = 40;

export function reportOn(
  history: ResourceHistory,
  { periodDays, ahead }: { readonly periodDays: number; readonly ahead: Ahead },
): { readonly entry: ReportEntry; readonly chart: Chart } {
  const foreseen = forecast(history.days, { ...ahead, limit: history.limit });
  const prediction = toPrediction(history, foreseen);
  const whole = history.days.filter(({ day }) => day <= foreseen.lastDay);
  const period = whole.filter(({ day }) => day >= foreseen.lastDay - periodDays);
  const expected = foreseen.state === 'forecast' ? foreseen.outlooks : [];
  const outlook = expected.map((range, index) => ({ ...range, day: foreseen.lastDay + index + 1 }));
  const entry: ReportEntry = {
    prediction,
    change: changeOver(period),
    course: condense(period),
    outlook: thinOut(outlook).map(({ day, low, likely, high }) => ({ date: dateOf(day), low, likely, high })),
  };
  return { entry, chart: chartOf(prediction, whole, outlook) };
}

/** The chart of an entry, as coarse as that is. */
export const entryChart = ({ prediction, course, outlook }: ReportEntry): Chart =>
  chartOf(
    prediction,
    course.map(({ date, value }) => ({ day: dayOf(date), value })),
    outlook.map((range) => ({ ...range, day: dayOf(range.date) })),
  );

const dayOf = (date: string): number => Date.parse(date) / DAY_MS;

function chartOf(
  prediction: ResourcePrediction,
  measured: readonly Pick<DayValue, 'day' | 'value'>[],
  outlook: readonly (Outlook & { readonly day: number })[],
): Chart {
  return {
    title: prediction.resource,
    description: describeForecast(prediction),
    measured: measured.map(({ day, value }) => ({ x: day, y: value })),
    expected: outlook.map(({ day, low, likely, high }) => ({ x: day, low, likely, high })),
    limit: limitOf(prediction, [...measured.map(({ value }) => value), ...outlook.map(({ high }) => high)]),
    formatX: (day) => dateOf(Math.round(day)),
    formatY: (value) => formatFigure(prediction.unit, value),
  };
}

function changeOver(period: readonly DayValue[]): ReportEntry['change'] {
  const [first, last] = [period[0], period.at(-1)];
  if (!first || !last || first === last) return null;
  const absolute = last.value - first.value;
  return { since: dateOf(first.day), absolute, share: first.value === 0 ? null : absolute / Math.abs(first.value) };
}

function condense(period: readonly DayValue[]): ReportEntry['course'] {
  const width = Math.ceil(period.length / MOST_POINTS);
  return Array.from({ length: Math.ceil(period.length / width) }, (_, index) => {
    const part = period.slice(index * width, (index + 1) * width);
    const value = part.reduce((sum, { value: one }) => sum + one, 0) / part.length;
    return { date: dateOf(part[0]?.day ?? 0), value };
  });
}

/** Evenly, the last one included. */
function thinOut<Point>(points: readonly Point[]): readonly Point[] {
  const width = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_, index) => (points.length - 1 - index) % width === 0);
}

/** A limit far above everything would press the course flat: the text names it. */
const FARTHEST = 3;

function limitOf({ limit }: ResourcePrediction, values: readonly number[]): Chart['limit'] {
  const highest = values.reduce((most, value) => Math.max(most, value), 0);
  return limit === null || limit > FARTHEST * highest ? undefined : { y: limit, name: 'limit' };
}
