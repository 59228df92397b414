/**
 * Days of a resource → what is to come, and how sure that is: the model that would have done best in the past, with an
 * interval as wide as it was wrong. Pure.
 */
import { chooseModel, type Miss } from './back-test.js';
import { spreadOf } from './interval.js';
import { type DaysToLimit, daysToLimit, type Outlook } from './limit.js';
import { findLastShift } from './regime.js';
import { type DayValue, from, type Series, toSeries, withoutPartialDay } from './series.js';
import { estimateTrend, type Trend } from './trend.js';

/** Below this a model is a guess. */
export const FEWEST_POINTS = 8;
export const FEWEST_DAYS = 7;
/** Share of the values that an interval is to hold. */
export const COVERAGE = 0.8;
/** What was before says nothing of today; a clock that was wrong once would stretch the series without end. */
const LONGEST_HISTORY_DAYS = 800;
/** Misses of the back-test that tell how many an interval did hold. */
const FEWEST_CHECKED = 10;

export interface Question {
  /** Days ahead; undefined: as far as the history reaches back, `longest` at most. */
  readonly horizon: number | undefined;
  readonly longest: number;
  /** Answers beyond the length of the history, too. */
  readonly force: boolean;
  readonly limit: number | null;
}

/** The days that count: those since the last level shift. */
export interface Regime {
  /** Days since 1970-01-01. */
  readonly firstDay: number;
  readonly lastDay: number;
  /** Days with a value. */
  readonly points: number;
  /** Where it began with one. */
  readonly shift: { readonly day: number; readonly change: number } | null;
}

export type Forecast =
  | (Regime & { readonly state: 'insufficient_data' })
  | (Regime & { readonly state: 'horizon_refused' })
  | (Regime & Prediction & { readonly state: 'forecast' });

interface Prediction {
  readonly model: string;
  /** Of a day. */
  readonly trend: Trend;
  /** Of the days after `lastDay`. */
  readonly outlooks: readonly Outlook[];
  readonly isBeyondHistory: boolean;
  /** Null where nothing says that the limit is being approached: no limit, or a slope that may be 0. */
  readonly daysToLimit: DaysToLimit | null;
  /** Mean absolute error of the back-test, and the share of its later values in intervals made from the earlier ones. */
  readonly backTest: { readonly meanError: number; readonly coverage: number | null };
}

/** @param days in order, none twice, at least one; values finite. */
export function forecast(days: readonly DayValue[], question: Question): Forecast {
  const { series, regime } = lastRegime(days);
  const history = regime.lastDay - regime.firstDay;
  if (regime.points < FEWEST_POINTS || history < FEWEST_DAYS) return { ...regime, state: 'insufficient_data' };
  const horizon = question.horizon ?? Math.min(history, question.longest);
  if (horizon > history && !question.force) return { ...regime, state: 'horizon_refused' };
  return {
    ...regime,
    state: 'forecast',
    ...predict(series, horizon, question.limit),
    isBeyondHistory: horizon > history,
  };
}

/** The whole days since the last level shift. */
export function lastRegime(days: readonly DayValue[]): { readonly series: Series; readonly regime: Regime } {
  const latest = days.at(-1)?.day ?? 0;
  const whole = toSeries(withoutPartialDay(days.filter(({ day }) => day > latest - LONGEST_HISTORY_DAYS)));
  const shift = findLastShift(whole.values);
  const series = from(whole, shift?.index ?? 0);
  const { firstDay, values, isMeasured } = series;
  const regime = {
    firstDay,
    lastDay: firstDay + values.length - 1,
    points: isMeasured.filter(Boolean).length,
    shift: shift ? { day: firstDay, change: shift.change } : null,
  };
  return { series, regime };
}

function predict(series: Series, horizon: number, limit: number | null): Omit<Prediction, 'isBeyondHistory'> {
  const { values } = series;
  const { model, misses, meanError } = chooseModel(series, horizon);
  const trend = estimateTrend(values);
  const spread = spreadOf(misses, COVERAGE);
  const ahead = model.fit(values);
  // What was never negative, as a size or a count, will not become so.
  const floor = values.every((value) => value >= 0) ? 0 : Number.NEGATIVE_INFINITY;
  const outlooks = Array.from({ length: horizon }, (_, index): Outlook => {
    const [likely, half] = [ahead(index + 1), spread(index + 1)];
    return {
      low: Math.max(floor, likely - half),
      likely: Math.max(floor, likely),
      high: Math.max(floor, likely + half),
    };
  });
  const isApproached = limit !== null && trend.low > 0;
  return {
    model: model.name,
    trend,
    outlooks,
    daysToLimit: isApproached ? daysToLimit(outlooks, limit) : null,
    backTest: { meanError, coverage: checkCoverage(misses) },
  };
}

/** An interval is made from the earlier half of the origins and held against what the later half missed. */
function checkCoverage(misses: readonly Miss[]): number | null {
  const origins = [...new Set(misses.map(({ origin }) => origin))];
  const middle = origins[origins.length >> 1] ?? 0;
  const earlier = misses.filter(({ origin }) => origin < middle);
  const checked = misses.filter(({ origin }) => origin >= middle);
  if (Math.min(earlier.length, checked.length) < FEWEST_CHECKED) return null;
  const spread = spreadOf(earlier, COVERAGE);
  return checked.filter(({ horizon, error }) => Math.abs(error) <= spread(horizon)).length / checked.length;
}
