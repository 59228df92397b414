/** Availability, error budget and burn rates: what the history of probes says of an objective. Pure. */
import type { Value } from '../../conditions/index.js';
import { MINUTE_MS, minuteOf, type Run, type UptimeHistory } from './uptime.js';

export interface Objective {
  /** 0.999: over 30 days an error budget of 43 minutes and 12 seconds. */
  readonly target: number;
  /** Over how long the budget has to last. */
  readonly windowMs: number;
}

/** Minutes of each window whose burn rate is a metric. */
export const BURN_WINDOWS = { '5m': 5, '30m': 30, '1h': 60, '2h': 120, '6h': 360, '1d': 1440, '3d': 4320 } as const;
export type BurnWindow = keyof typeof BURN_WINDOWS;

/**
 * Burn rates worth an alert: both windows above the factor. The long one shows that it matters, the short one that it
 * goes on. Spent by then are 2, 5, 10 and 10 % of a budget of 30 days (Google's SRE workbook, as sloth has it).
 */
export const BURN_ALERTS = [
  { factor: 14.4, long: '1h', short: '5m', severity: 'critical' },
  { factor: 6, long: '6h', short: '30m', severity: 'critical' },
  { factor: 3, long: '1d', short: '2h', severity: 'warning' },
  { factor: 1, long: '3d', short: '6h', severity: 'warning' },
] as const satisfies readonly {
  readonly factor: number;
  readonly long: BurnWindow;
  readonly short: BurnWindow;
  readonly severity: 'critical' | 'warning';
}[];

/** A probe speaks for the time until the next one, but no longer than this: then nobody knows. */
const CARRY_MINUTES = 10;

export interface Measured {
  /** Minutes of the window of which anything is known, and how many of those were bad. */
  readonly knownMinutes: number;
  readonly badMinutes: number;
  /** Probes that gave an answer. */
  readonly events: number;
}

/** What is known of the last so many minutes, the current one included. */
export function measureWindow(history: UptimeHistory | undefined, minutes: number, now: Date): Measured {
  const end = minuteOf(now) + 1;
  let [knownMinutes, badMinutes, events] = [0, 0, 0];
  for (const stretch of stretchesOf(history, end)) {
    const length = Math.min(stretch.end, end) - Math.max(stretch.begin, end - minutes);
    if (length <= 0 || stretch.badShare === null) continue;
    knownMinutes += length;
    badMinutes += length * stretch.badShare;
    events += length * stretch.events;
  }
  return { knownMinutes, badMinutes, events };
}

interface Stretch {
  readonly begin: number;
  readonly end: number;
  /** Null: unknown. */
  readonly badShare: number | null;
  /** Probes with an answer, in each minute. */
  readonly events: number;
}

function* stretchesOf(history: UptimeHistory | undefined, end: number): Generator<Stretch> {
  let begin = history?.start ?? end;
  let carried: number | null = null;
  const trailing: Run = [1 + CARRY_MINUTES, 0, 0, 0];
  for (const [minutes, good, bad, unknown] of [...(history?.runs ?? []), trailing]) {
    const runEnd = begin + minutes;
    const isGap = good + bad + unknown === 0;
    if (!isGap) carried = good + bad === 0 ? null : bad / (good + bad);
    const knownEnd = isGap ? Math.min(runEnd, begin + CARRY_MINUTES) : runEnd;
    yield { begin, end: knownEnd, badShare: carried, events: isGap ? 0 : good + bad };
    begin = runEnd;
  }
}

/** Bad minutes that the objective allows in its window. */
export const budgetMinutes = ({ target, windowMs }: Objective): number => (windowMs / MINUTE_MS) * (1 - target);

/**
 * The metrics `slo.uptime.*` by path. What nothing is known of is null, never 100 %; unknown time is left out of the
 * availability, and shows in the coverage.
 */
export function uptimeMetrics(
  history: UptimeHistory | undefined,
  objective: Objective,
  now: Date,
): ReadonlyMap<string, Value> {
  const minutes = objective.windowMs / MINUTE_MS;
  const { knownMinutes, badMinutes } = measureWindow(history, minutes, now);
  const known = (value: number): Value => (knownMinutes === 0 ? null : value);
  const metrics = new Map<string, Value>([
    ['slo.uptime.availability', known(1 - badMinutes / knownMinutes)],
    ['slo.uptime.coverage', knownMinutes / minutes],
    ['slo.uptime.budgetRemaining', known(1 - badMinutes / budgetMinutes(objective))],
  ]);
  for (const [name, length] of Object.entries(BURN_WINDOWS)) {
    const window = measureWindow(history, length, now);
    metrics.set(`slo.uptime.burnRate${name}`, burnRateOf(window, objective));
    metrics.set(`slo.uptime.events${name}`, window.events);
  }
  return metrics;
}

/** 1: the budget lasts exactly as long as its window. Null when nothing is known. */
export const burnRateOf = ({ knownMinutes, badMinutes }: Measured, { target }: Objective): number | null =>
  knownMinutes === 0 ? null : badMinutes / knownMinutes / (1 - target);
