/** `kpi`: the twelve KPIs of the guide, each with what it was measured from, or with what it would take. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { routes } from '../contract/index.js';
import { conclude, type Outcome } from '../status.js';
import { parseDuration } from '../units.js';
import { type Entry, entryBefore, keepEntry, readHistory } from './history.js';
import { findingsOf, type Judged, TRENDS, trendOf, VERDICTS, verdictOf } from './judge.js';
import { GROUPS, KPIS, type Kpi, UNITS } from './kpis.js';
import { isMeasured } from './measurement.js';
import { type Period, type Readings, takeReadings } from './readings.js';
import { requestsSince } from './requests.js';
import type { Material } from './technical.js';

const Window = routes.performance.parameters.shape.window.unwrap();

export const KpiFlags = z.object({ window: Window.default('24h'), uptimeWindow: Window.default('30d') });
export type KpiFlags = z.output<typeof KpiFlags>;

const Figure = z.number().nullable();

export const KpiReport = z.object({
  window: z.string(),
  uptimeWindow: z.string(),
  kpis: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      group: z.enum(GROUPS),
      unit: z.enum(UNITS),
      good: z.enum(['atLeast', 'atMost']),
      target: z.number(),
      value: Figure,
      samples: Figure,
      /** Share of the window, or of the checks, that the value speaks of, 0..1; null where it is of this moment. */
      coverage: Figure,
      /** The value one window ago, and how it went since. */
      previous: Figure,
      trend: z.enum(TRENDS).nullable(),
      verdict: z.enum(VERDICTS),
      /** Where the value comes from, or what keeps it from being measured. */
      source: z.string(),
      /** What would make it measurable. */
      hint: z.string().nullable(),
    }),
  ),
});
export type KpiReport = z.output<typeof KpiReport>;

type KpiContext = Pick<Context, 'api' | 'config' | 'dryRun' | 'log' | 'now' | 'pg' | 'signal' | 'state'>;

/** Measures what can be measured; a source that gives no answer leaves its KPIs `unknown`. */
export async function reportKpis(context: KpiContext, { window, uptimeWindow }: KpiFlags): Promise<Outcome<KpiReport>> {
  const { kpis: targets } = await context.config();
  const period = {
    window,
    windowMs: lengthOf(window),
    uptimeWindowMs: lengthOf(uptimeWindow),
    now: context.now(),
  };
  const [history, readings] = await Promise.all([readHistory(context), takeReadings(context, period)]);
  const comparable = history.filter((entry) => entry.window === window);
  const recent = recentRequests(readings, comparable, period);
  const since = new Date(period.now.getTime() - period.windowMs);
  const apdexThresholdMs = targets.userSatisfaction.apdexThreshold;
  const travelled = requestsOfJourneys(readings, since);
  const material: Material = { ...readings, ...period, recent, travelled, since, apdexThresholdMs };
  const judged = KPIS.map((kpi) => ({ kpi, target: targets[kpi.id].target, measurement: kpi.measure(material) }));
  await keepEntry(context, history, entryOf(judged, readings, period));
  const before = (kpi: Kpi) =>
    entryBefore(comparable, period.now, lengthOf(kpi.id === 'uptime' ? uptimeWindow : window))?.values[kpi.id];
  const kpis = judged.map((one) => describe(one, before(one.kpi)));
  return conclude({ window, uptimeWindow, kpis }, findingsOf(judged));
}

/** The schema has seen to its form. */
const lengthOf = (window: string): number => parseDuration(window) ?? Number.NaN;

/** The requests of the window, as far as snapshots of the counts reach; since the start of the application at most. */
function recentRequests(
  { requests }: Readings,
  history: readonly Entry[],
  { now, windowMs }: Period,
): Material['recent'] {
  const counts = 'value' in requests ? requests.value : undefined;
  if (counts === undefined) return undefined;
  const snapshots = history.filter((entry) => entry.requests?.startedAt === counts.startedAt);
  const base = entryBefore(snapshots, now, windowMs);
  const from = base === undefined ? counts.startedAt * 1000 : Date.parse(base.at);
  const coverage = Math.min(1, Math.max(0, (now.getTime() - from) / windowMs));
  return { counts: requestsSince(counts, base?.requests), coverage };
}

function requestsOfJourneys({ journeys }: Readings, since: Date): Material['travelled'] {
  const runs = journeys.flatMap((journey) => journey.runs);
  return runs.filter(({ at }) => Date.parse(at) >= since.getTime()).flatMap(({ steps }) => steps);
}

function entryOf(judged: readonly Judged[], { requests }: Readings, { now, window }: Period): Entry {
  const values = judged.flatMap(({ kpi, measurement }) =>
    isMeasured(measurement) ? [[kpi.id, measurement.value] as const] : [],
  );
  const counts = 'value' in requests ? requests.value : undefined;
  return { at: now.toISOString(), window, values: Object.fromEntries(values), ...(counts && { requests: counts }) };
}

function describe(
  { kpi, target, measurement }: { readonly kpi: Kpi } & Judged,
  previous: number | undefined,
): KpiReport['kpis'][number] {
  const { id, title, group, unit, good } = kpi;
  const about = {
    id,
    title,
    group,
    unit,
    good,
    target,
    verdict: verdictOf(measurement, target, good),
    previous: previous ?? null,
  };
  if (!isMeasured(measurement)) {
    const { reason, hint } = measurement;
    return { ...about, value: null, samples: null, coverage: null, trend: null, source: reason, hint };
  }
  const trend = previous === undefined ? null : trendOf(measurement.value, previous, kpi);
  return { ...about, ...measurement, trend, hint: null };
}
