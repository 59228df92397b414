/** `alerts slo`: whether the objective is kept, and what is left of the error budget. */
import { join } from 'node:path';
import * as z from 'zod';
import type { Context } from '../../context.js';
import { formatDuration, formatPercent } from '../../measures.js';
import { conclude, type Finding, type Outcome } from '../../status.js';
import {
  BURN_ALERTS,
  BURN_WINDOWS,
  type BurnWindow,
  budgetMinutes,
  burnRateOf,
  measureWindow,
  type Objective,
} from './objective.js';
import { readUptime } from './store.js';
import { MINUTE_MS, type UptimeHistory } from './uptime.js';

export const SloFlags = z.object({});
export type SloFlags = z.output<typeof SloFlags>;

const BurnRate = z.object({
  window: z.string(),
  /** 1: the budget lasts exactly as long as its window. Null when nothing is known. */
  burnRate: z.number().nullable(),
  /** Probes with an answer. */
  events: z.number(),
});

const BurnAlert = z.object({
  factor: z.number(),
  long: z.string(),
  short: z.string(),
  severity: z.enum(['critical', 'warning']),
  /** `unknown`: too few probes in the long window, or none in the short one. */
  state: z.enum(['burning', 'quiet', 'unknown']),
});
type BurnAlert = z.output<typeof BurnAlert>;

export const SloReport = z.object({
  target: z.number(),
  windowMs: z.number(),
  /** Share of the known time in which the application was up. Null when nothing is known. */
  availability: z.number().nullable(),
  /** Share of the window of which anything is known. */
  coverage: z.number(),
  /** Time that the application may be down in the window. */
  budgetMs: z.number(),
  downMs: z.number().nullable(),
  /** Negative once overspent. */
  leftMs: z.number().nullable(),
  burnRates: z.array(BurnRate),
  alerts: z.array(BurnAlert),
});
export type SloReport = z.output<typeof SloReport>;

/** Reads what evaluations have recorded; asks nobody. Errors: `VOPS-FILE`, those of the configuration. */
export async function showSlo({
  config,
  state,
  now,
}: Pick<Context, 'config' | 'state' | 'now'>): Promise<Outcome<SloReport>> {
  const { alerting, kpis } = await config();
  const { window: windowMs, minimumEvents } = alerting.slo;
  const objective: Objective = { target: alerting.slo.target ?? kpis.uptime.target, windowMs };
  const { history, findings } = await readUptime(join(await state(), 'alerts'));
  const report = reportOn(history, objective, { minimumEvents, now: now() });
  return conclude(report, [...findings, ...judge(report)]);
}

interface About {
  readonly minimumEvents: number;
  readonly now: Date;
}

function reportOn(history: UptimeHistory | undefined, objective: Objective, { minimumEvents, now }: About): SloReport {
  const { target, windowMs } = objective;
  const whole = measureWindow(history, windowMs / MINUTE_MS, now);
  const isKnown = whole.knownMinutes > 0;
  const budgetMs = budgetMinutes(objective) * MINUTE_MS;
  const downMs = whole.badMinutes * MINUTE_MS;
  const burnRates = Object.entries(BURN_WINDOWS).map(([window, minutes]) => {
    const measured = measureWindow(history, minutes, now);
    return { window, burnRate: burnRateOf(measured, objective), events: measured.events };
  });
  return {
    target,
    windowMs,
    availability: isKnown ? 1 - whole.badMinutes / whole.knownMinutes : null,
    coverage: whole.knownMinutes / (windowMs / MINUTE_MS),
    budgetMs,
    downMs: isKnown ? downMs : null,
    leftMs: isKnown ? budgetMs - downMs : null,
    burnRates,
    alerts: BURN_ALERTS.map((alert) => ({ ...alert, state: stateOf(alert, burnRates, minimumEvents) })),
  };
}

function stateOf(
  { factor, long, short }: (typeof BURN_ALERTS)[number],
  burnRates: SloReport['burnRates'],
  minimumEvents: number,
): BurnAlert['state'] {
  const rateOf = (name: BurnWindow) => burnRates.find(({ window }) => window === name);
  const [overLong, overShort] = [rateOf(long), rateOf(short)];
  const isTold = (overLong?.events ?? 0) >= minimumEvents && overShort?.burnRate != null;
  if (!isTold) return 'unknown';
  return (overLong?.burnRate ?? 0) > factor && (overShort?.burnRate ?? 0) > factor ? 'burning' : 'quiet';
}

function judge({ availability, budgetMs, downMs, leftMs, alerts }: SloReport): Finding[] {
  if (availability === null || leftMs === null) {
    const message = 'nothing is known of the uptime: no evaluation has reached the application';
    return [{ code: 'VOPS-SLO-UNKNOWN', severity: 'unknown', message, hint: 'run: viktoria-ops alerts check' }];
  }
  const spent = leftMs < 0 ? [overspent(budgetMs, downMs ?? 0)] : [];
  return [...spent, ...alerts.filter(({ state }) => state === 'burning').map(burning)];
}

const overspent = (budgetMs: number, downMs: number): Finding => ({
  code: 'VOPS-SLO-OVERSPENT',
  severity: 'error',
  message: `the error budget is overspent: down for ${formatDuration(downMs)} of the ${formatDuration(budgetMs)} allowed`,
  hint: 'see when and why: viktoria-ops alerts history --rule application-down',
});

const burning = ({ factor, long, short, severity }: BurnAlert): Finding => ({
  code: 'VOPS-SLO-BURNING',
  severity: severity === 'critical' ? 'error' : 'warning',
  message: `the error budget is spent more than ${factor} times too fast, over ${long} and over ${short}`,
});

/** Finer than other shares, and rounded down: between 99.9 % and 99.99 % lies what an objective is about. */
export const formatAvailability = (share: number): string => `${(Math.floor(share * 1e5 + 1e-6) / 1e3).toFixed(3)} %`;

/** In one line. */
export function describeSlo({ availability, target, coverage, leftMs }: SloReport): string {
  if (availability === null || leftMs === null) return 'the uptime is unknown: nothing was probed';
  const left = leftMs < 0 ? `overspent by ${formatDuration(-leftMs)}` : `${formatDuration(leftMs)} left`;
  return `up ${formatAvailability(availability)} of the time known (${formatPercent(coverage)} of all), target ${formatPercent(target)}; error budget: ${left}`;
}
