/** Histories of hooks as the application answers them, made of reproducible noise. */
import type { HookHour, PerformanceHistory } from '../../src/lib/contract/index.js';
import { noiseOf, type Weather } from './noise.js';

const HOUR_MS = 3_600_000;
const WEEK_HOURS = 168;
/** A Monday. */
const BEGIN = Date.parse('2026-11-02T00:00:00.000Z');

export const timeOf = (hour: number): string => new Date(BEGIN + hour * HOUR_MS).toISOString();

export interface Hook {
  readonly contentType: string;
  readonly operation?: string;
  readonly baseMs?: number;
  readonly weather?: Weather;
  readonly seed?: number;
  /** How many times as slow in an hour since the begin. */
  readonly factor?: (hour: number) => number;
  /** Runs in an hour; none leaves it out. */
  readonly runs?: (hour: number) => number;
  /** SQL statements a run in a week. */
  readonly queries?: (week: number) => number;
}

interface More {
  readonly coverage?: number;
  readonly starts?: readonly string[];
}

/** The week with this number, from 0. */
export function weekOf(
  hooks: readonly Hook[],
  week: number,
  { coverage = 1, starts = [] }: More = {},
): PerformanceHistory {
  const from = week * WEEK_HOURS;
  return {
    window: { from: timeOf(from), to: timeOf(from + WEEK_HOURS), coverage },
    hooks: hooks.map((hook) => ({ ...metricOf(hook, week), hours: hoursOf(hook, from) })),
    starts: [...starts],
  };
}

function hoursOf({ baseMs = 20, weather = { hourly: 0.1 }, seed = 1, ...hook }: Hook, from: number): HookHour[] {
  const noise = noiseOf(weather, seed * 1_000 + from, WEEK_HOURS);
  return noise.flatMap((value, index) => {
    const hour = from + index;
    const executions = hook.runs?.(hour) ?? 30;
    if (executions === 0) return [];
    const p50 = baseMs * (hook.factor?.(hour) ?? 1) * Math.exp(value);
    return [{ from: timeOf(hour), executions, errors: 0, p50, p95: 2 * p50 }];
  });
}

function metricOf({ contentType, operation = 'afterUpdate', runs = () => 30, queries }: Hook, week: number) {
  const hours = Array.from({ length: WEEK_HOURS }, (_, index) => runs(week * WEEK_HOURS + index));
  return {
    contentType,
    operation,
    source: 'model',
    executions: hours.reduce((sum, count) => sum + count, 0),
    errors: 0,
    averageExecutionTime: 20,
    averageOwnTime: 20,
    p50: 20,
    p95: 40,
    p99: 60,
    maxExecutionTime: 90,
    averageQueries: queries?.(week) ?? 3,
    averageQueryTime: 4,
  };
}
