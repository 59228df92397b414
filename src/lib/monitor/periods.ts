/** Periods of time in ms since 1970, and how much of them was observed. */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const WEEK_MS = 7 * DAY_MS;

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

export interface Period {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** The period as answers carry it. */
export interface ObservedWindow {
  readonly from: string;
  readonly to: string;
  readonly coverage: number;
}

export const startOf = (time: number, lengthMs: number): number => Math.floor(time / lengthMs) * lengthMs;

/** Milliseconds of `30s`, `1h`, `24h`, `7d`; the contract lets nothing else through. */
export function windowLength(text: string): number {
  return Number(text.slice(0, -1)) * (UNITS[text.slice(-1)] ?? Number.NaN);
}

/**
 * The last `lengthMs`, begun at a whole minute, or beyond a day at a whole hour: never shorter than asked for, and
 * longer by less than that unit. Answers carry the exact bounds.
 */
export function lastPeriod(lengthMs: number, now: number): Period {
  return { from: startOf(now - lengthMs, lengthMs > DAY_MS ? HOUR_MS : MINUTE_MS), to: now };
}

/** The bounds of a period and which part of it (0..1) is known. */
export function observed({ from, to }: Period, knownSince: number): ObservedWindow {
  const seenMs = Math.max(0, to - Math.max(from, knownSince));
  const coverage = to > from ? Math.round((seenMs / (to - from)) * 1e6) / 1e6 : 0;
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), coverage };
}
