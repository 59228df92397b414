/** A forecast of one resource as plain data. Pure. */
import * as z from 'zod';
import { FEWEST_DAYS, FEWEST_POINTS, type Forecast, forecast, type Question } from './forecast/forecast.js';
import { dateOf, type ResourceHistory } from './history.js';
import { unitOf } from './resources.js';

const Unit = z.enum(['bytes', 'count', 'share', 'seconds', 'bytesPerSecond', 'perSecond']);
const Day = z.iso.date();

/** What is most likely, between what 80 % of the values are expected. */
export const Range = z.object({ low: z.number(), likely: z.number(), high: z.number() });

export const Facts = z.object({
  /** Such as `disk /`. */
  resource: z.string(),
  unit: Unit,
  /** Of the last whole day. */
  value: z.number(),
  limit: z.number().nullable(),
  /** `value` as a share of `limit`. */
  usage: z.number().nullable(),
  /** The days that count: those since the last level shift. */
  since: Day,
  until: Day,
  /** Of these, how many have a value. */
  points: z.number(),
  /** The level shift that made them begin. */
  shift: z.object({ date: Day, change: z.number() }).nullable(),
});

export const ResourcePrediction = z.discriminatedUnion('state', [
  Facts.extend({
    state: z.literal('forecast'),
    horizonDays: z.number(),
    /** Asked for with --force: nothing has shown how good it is so far ahead. */
    isBeyondHistory: z.boolean(),
    /** The one with the smallest error in the back-test. */
    model: z.string(),
    /** Change a week, with its 95 % interval. */
    perWeek: Range,
    /** On the last day of the horizon. */
    atHorizon: Range,
    /** From `until`; each null where it is beyond the horizon. All is null without a limit, or a slope above 0. */
    daysToLimit: z
      .object({ early: z.number().nullable(), likely: z.number().nullable(), late: z.number().nullable() })
      .nullable(),
    /** Mean absolute error, and the share of later values that intervals made from earlier ones did hold. */
    backTest: z.object({ meanError: z.number(), coverage: z.number().nullable() }),
  }),
  Facts.extend({
    state: z.literal('insufficient_data'),
    days: z.number(),
    needs: z.object({ points: z.number(), days: z.number() }),
  }),
  Facts.extend({ state: z.literal('horizon_refused'), days: z.number() }),
]);
export type ResourcePrediction = z.infer<typeof ResourcePrediction>;

/** How far to look; the limit is that of the resource. */
export type Ahead = Omit<Question, 'limit'>;

export function predictResource(history: ResourceHistory, ahead: Ahead): ResourcePrediction {
  return toPrediction(history, forecast(history.days, { ...ahead, limit: history.limit }));
}

export function toPrediction(history: ResourceHistory, forecast: Forecast): ResourcePrediction {
  const facts = factsOf(history, forecast);
  const days = forecast.lastDay - forecast.firstDay;
  switch (forecast.state) {
    case 'insufficient_data':
      return { ...facts, state: forecast.state, days, needs: { points: FEWEST_POINTS, days: FEWEST_DAYS } };
    case 'horizon_refused':
      return { ...facts, state: forecast.state, days };
    case 'forecast':
      return { ...facts, ...figuresOf(forecast), state: forecast.state };
  }
}

export function factsOf({ resource, limit, days }: ResourceHistory, regime: Omit<Forecast, 'state'>) {
  const { firstDay, lastDay, points, shift } = regime;
  const value = days.findLast(({ day }) => day === lastDay)?.value ?? Number.NaN;
  return {
    resource,
    unit: unitOf(resource),
    value,
    limit,
    usage: limit === null || limit === 0 ? null : value / limit,
    since: dateOf(firstDay),
    until: dateOf(lastDay),
    points,
    shift: shift && { date: dateOf(shift.day), change: shift.change },
  };
}

export const DAYS_A_WEEK = 7;

function figuresOf(forecast: Forecast & { readonly state: 'forecast' }) {
  const { trend, outlooks, model, isBeyondHistory, daysToLimit, backTest } = forecast;
  const { slope, low, high } = trend;
  return {
    horizonDays: outlooks.length,
    isBeyondHistory,
    model,
    perWeek: { low: low * DAYS_A_WEEK, likely: slope * DAYS_A_WEEK, high: high * DAYS_A_WEEK },
    atHorizon: outlooks.at(-1) ?? { low: Number.NaN, likely: Number.NaN, high: Number.NaN },
    daysToLimit,
    backTest,
  };
}
