/** Forecasts in words. Pure. */
import { DAY_MS } from './daily-medians.js';
import { dateOf } from './history.js';
import type { ResourcePrediction } from './prediction.js';
import { describeKind, formatFigure } from './resources.js';

type Predicted = ResourcePrediction & { readonly state: 'forecast' };

/** What is full soonest first, then what is fullest; what cannot be told at the end. */
export function byUrgency(one: ResourcePrediction, other: ResourcePrediction): number {
  return urgency(one) - urgency(other) || (other.usage ?? 0) - (one.usage ?? 0);
}

const NEVER = 1e6;

function urgency(resource: ResourcePrediction): number {
  if (resource.state !== 'forecast') return 2 * NEVER;
  const { daysToLimit, usage } = resource;
  if (usage !== null && usage >= 1) return 0;
  return daysToLimit?.likely ?? (daysToLimit?.early == null ? NEVER : NEVER / 2 + daysToLimit.early);
}

/** `full between 2027-01-10 and 2027-03-02, most likely 2027-02-01`. */
export function fullBetween(resource: Predicted): string {
  const { daysToLimit, until, horizonDays } = resource;
  const { atLimit } = describeKind(resource.resource);
  const dateAfter = (days: number) => dateOf(Date.parse(until) / DAY_MS + days);
  const end = dateAfter(horizonDays);
  const { early, likely, late } = daysToLimit ?? { early: null, likely: null, late: null };
  if (early === null) return `not ${atLimit} before ${end}`;
  if (likely === null) return `${atLimit} on ${dateAfter(early)} at the earliest, most likely after ${end}`;
  const to = late === null ? `later than ${end}` : dateAfter(late);
  return `${atLimit} between ${dateAfter(early)} and ${to}, most likely ${dateAfter(likely)}`;
}

/** One line on what is to come. */
export function describeForecast(resource: ResourcePrediction): string {
  const { unit, usage } = resource;
  const after = resource.shift ? ` since the level shift of ${resource.shift.date}` : '';
  if (resource.state === 'insufficient_data') {
    const { points, days, needs } = resource;
    return `insufficient data: ${points} of ${needs.points} days with a sample, over ${days} of ${needs.days} days${after}`;
  }
  if (resource.state === 'horizon_refused') return `no forecast: the history is ${resource.days} days${after}`;
  if (usage !== null && usage >= 1) return describeKind(resource.resource).atLimit;
  if (resource.daysToLimit !== null) return fullBetween(resource);
  const { low, likely, high } = resource.atHorizon;
  const [least, most, middle] = [low, high, likely].map((value) => formatFigure(unit, value));
  const then = `${middle} in ${resource.horizonDays} days, between ${least} and ${most}`;
  return resource.perWeek.low > 0 || resource.perWeek.high < 0 ? then : `no trend; ${then}`;
}
