/** Asks every source of the KPIs, side by side; what one lacks is no harm to the others. */
import * as z from 'zod';
import { measureUptime } from '../alerts/index.js';
import type { Context } from '../context.js';
import type { HookPerformance, JobStatus, ResourceUsage } from '../contract/index.js';
import { explain, OperatorError } from '../errors.js';
import { type CheckRecord, type JourneyRecord, readRecords } from '../integrity/index.js';
import { wholeQueue } from '../jobs/index.js';
import { Numeric } from '../pg/columns.js';
import { parseDuration } from '../units.js';
import type { Reading } from './measurement.js';
import { type RequestCounts, readRequests } from './requests.js';

export interface Period {
  /** As asked for: `24h`. */
  readonly window: string;
  readonly windowMs: number;
  readonly uptimeWindowMs: number;
  readonly now: Date;
}

export interface Readings {
  readonly uptime: Reading<Awaited<ReturnType<typeof measureUptime>>>;
  readonly performance: Reading<HookPerformance>;
  /** How long the application took for that answer; null without one. */
  readonly responseTimeMs: number | null;
  readonly usage: Reading<{ readonly points: readonly ResourceUsage[]; readonly stepMs: number }>;
  readonly jobs: Reading<JobStatus>;
  /** Undefined where the application counts no requests. */
  readonly requests: Reading<RequestCounts | undefined>;
  readonly checks: readonly CheckRecord[];
  readonly journeys: readonly JourneyRecord[];
  /** Undefined where no query is configured. */
  readonly satisfaction: Reading<Satisfaction> | undefined;
}

const Satisfaction = z.object({ value: Numeric.nullable(), samples: Numeric.nullable().default(null) });
type Satisfaction = z.output<typeof Satisfaction>;

type ReadingContext = Pick<Context, 'api' | 'config' | 'log' | 'now' | 'pg' | 'signal' | 'state'>;

/** Rejects only with the reason of an aborted signal. */
export async function takeReadings(context: ReadingContext, period: Period): Promise<Readings> {
  const { api, signal } = context;
  const read = <Value>(ask: () => Promise<Value>) => tryTo(signal, ask);
  let responseTimeMs: number | null = null;
  const onDuration = (durationMs: number) => {
    responseTimeMs = durationMs;
  };
  const [uptime, performance, usage, jobs, requests, records, satisfaction] = await Promise.all([
    read(() => measureUptime(context, period.uptimeWindowMs)),
    read(() => api('performance', { window: period.window }, { onDuration })),
    read(() => readUsage(context, period)),
    read(() => wholeQueue(context)),
    read(async () => readRequests(await api('metrics'))),
    readRecords(context),
    readSatisfaction(context),
  ]);
  return { uptime, performance, responseTimeMs, usage, jobs, requests, ...records, satisfaction };
}

async function tryTo<Value>(signal: AbortSignal, ask: () => Promise<Value>): Promise<Reading<Value>> {
  try {
    return { value: await ask() };
  } catch (error) {
    if (signal.aborted || !(error instanceof OperatorError)) throw error;
    return { problem: explain(error) };
  }
}

/** As fine as 288 points, five minutes a day, but not finer than a minute. */
const POINTS = 288;

async function readUsage({ api }: Pick<Context, 'api'>, { windowMs, now }: Period) {
  const step = `${Math.max(1, Math.round(windowMs / POINTS / 60_000))}m`;
  const from = new Date(now.getTime() - windowMs).toISOString();
  const points = await api('usage', { from, to: now.toISOString(), step });
  return { points, stepMs: parseDuration(step) ?? 60_000 };
}

async function readSatisfaction(context: ReadingContext): Promise<Reading<Satisfaction> | undefined> {
  const { sql } = (await context.config()).kpis.userSatisfaction;
  if (sql === undefined) return undefined;
  const query = {
    sql: `select * from (\n${sql}\n) as satisfaction limit 1`,
    row: Satisfaction,
    isForeign: true,
  } as const;
  return tryTo(context.signal, async () => {
    const [row] = await context.pg((database) => database.query(query), { ownSearchPath: true });
    return row ?? { value: null, samples: null };
  });
}
