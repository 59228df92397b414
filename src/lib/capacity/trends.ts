/** `capacity trends`: how fast what grows, and how sure that is. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { chooseResources, Metric } from './choose.js';
import { FEWEST_DAYS, FEWEST_POINTS, lastRegime } from './forecast/forecast.js';
import { estimateTrend } from './forecast/trend.js';
import type { ResourceHistory } from './history.js';
import { Horizon } from './horizon.js';
import { judgeStaleness } from './judge.js';
import { DAYS_A_WEEK, Facts, factsOf, Range } from './prediction.js';
import { readHistory } from './sources/index.js';

export const TrendsFlags = z.object({ window: Horizon.optional(), metric: Metric });
export type TrendsFlags = z.output<typeof TrendsFlags>;

const ResourceTrend = Facts.extend({
  /** `steady`: the interval of the slope holds 0. */
  direction: z.enum(['growing', 'shrinking', 'steady', 'insufficient_data']),
  /** Change a week, with its 95 % interval. */
  perWeek: Range.nullable(),
  /** As a share of the value. */
  sharePerWeek: z.number().nullable(),
});
type ResourceTrend = z.infer<typeof ResourceTrend>;

export const Trends = z.object({
  /** Days looked back; null: as far as the history goes. */
  windowDays: z.number().nullable(),
  /** What grows fastest, for its size, first. */
  resources: z.array(ResourceTrend),
});
export type Trends = z.infer<typeof Trends>;

/** Errors: `VOPS-USAGE` for a resource without history. */
export async function findTrends(
  context: Pick<Context, 'api' | 'config' | 'now' | 'signal'>,
  { window, metric }: TrendsFlags,
): Promise<Outcome<Trends>> {
  const { histories, findings } = await readHistory(context);
  const resources = chooseResources(histories, metric)
    .map((history) => trendOf(within(history, window)))
    .sort((one, other) => growth(other) - growth(one));
  const stale = judgeStaleness(resources, context.now());
  return conclude({ windowDays: window ?? null, resources }, [...judgeTrends(resources), ...stale, ...findings]);
}

function within(history: ResourceHistory, window: number | undefined): ResourceHistory {
  const last = history.days.at(-1)?.day ?? 0;
  return window === undefined ? history : { ...history, days: history.days.filter(({ day }) => day >= last - window) };
}

function trendOf(history: ResourceHistory): ResourceTrend {
  const { series, regime } = lastRegime(history.days);
  const facts = factsOf(history, regime);
  if (regime.points < FEWEST_POINTS || regime.lastDay - regime.firstDay < FEWEST_DAYS) {
    return { ...facts, direction: 'insufficient_data', perWeek: null, sharePerWeek: null };
  }
  const { slope, low, high } = estimateTrend(series.values);
  return {
    ...facts,
    direction: low > 0 ? 'growing' : high < 0 ? 'shrinking' : 'steady',
    perWeek: { low: low * DAYS_A_WEEK, likely: slope * DAYS_A_WEEK, high: high * DAYS_A_WEEK },
    sharePerWeek: facts.value === 0 ? null : (slope * DAYS_A_WEEK) / Math.abs(facts.value),
  };
}

const ORDER = { growing: 3, shrinking: 2, steady: 1, insufficient_data: 0 } as const;
/** What has a direction first; within it, by the share. */
const growth = ({ direction, sharePerWeek }: ResourceTrend) =>
  ORDER[direction] * 1e6 + Math.min(1e5, Math.abs(sharePerWeek ?? 0));

function judgeTrends(resources: readonly ResourceTrend[]): readonly Finding[] {
  if (resources.some(({ direction }) => direction !== 'insufficient_data')) return [];
  return [
    {
      code: resources.length === 0 ? 'VOPS-CAPACITY-NO-HISTORY' : 'VOPS-CAPACITY-SHORT-HISTORY',
      severity: 'unknown',
      message: resources.length === 0 ? 'there is no history yet' : 'there is too little history for a trend',
      hint: 'viktoria-ops capacity record, once a day, makes the history; maintenance daily does it',
    },
  ];
}
