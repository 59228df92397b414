/** Periods of time in ms since 1970: minutes, hours and days of UTC, and how a stretch of time is made of them. */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const WEEK_MS = 7 * DAY_MS;

/** The lengths of time that counts are kept for. */
export const STEP_MS = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS } as const;
export type Step = keyof typeof STEP_MS;

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

export interface Period {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** All periods of one step that begin in this stretch. */
export interface Piece extends Period {
  readonly step: Step;
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

/** Longer ago the archive has days alone (it keeps hours a little longer, for deleting takes its time). */
const HOURS_REACH_MS = 34 * DAY_MS;

/**
 * The last `lengthMs`, begun at a whole minute, beyond a day at a whole hour, and further back than hours are kept at a
 * whole day: never shorter than asked for, and longer by less than that unit. Answers carry the exact bounds.
 */
export function lastPeriod(lengthMs: number, now: number): Period {
  const unitMs = lengthMs > HOURS_REACH_MS ? DAY_MS : lengthMs > DAY_MS ? HOUR_MS : MINUTE_MS;
  return { from: startOf(now - lengthMs, unitMs), to: now };
}

/** Above this, whole days are read as days: a month is 30 rollups a hook and instance instead of 720. */
export const READ_BY_DAY_ABOVE_MS = 8 * DAY_MS;

/** A stretch of time as whole days, whole hours and, at its edges, minutes; every moment in exactly one piece. */
export function piecesOf(period: Period): Piece[] {
  const coarsest: Step = period.to - period.from > READ_BY_DAY_ABOVE_MS ? 'day' : 'hour';
  return split(period, coarsest).filter(({ from, to }) => from < to);
}

const FINER = { day: 'hour', hour: 'minute' } as const;

function split({ from, to }: Period, step: Step): Piece[] {
  if (step === 'minute') return [{ step, from, to }];
  const length = STEP_MS[step];
  const first = Math.min(to, Math.ceil(from / length) * length);
  const last = Math.max(first, startOf(to, length));
  const edges = FINER[step];
  return [...split({ from, to: first }, edges), { step, from: first, to: last }, ...split({ from: last, to }, edges)];
}

/** Which part (0..1) of a period lies within the intervals, however they overlap. */
export function coverageOf({ from, to }: Period, intervals: readonly Period[]): number {
  if (to <= from) return 0;
  let seenMs = 0;
  let end = from;
  const real = intervals.filter((interval) => interval.to > interval.from);
  for (const interval of real.sort((a, b) => a.from - b.from)) {
    seenMs += Math.max(0, Math.min(interval.to, to) - Math.max(interval.from, end));
    end = Math.max(end, interval.to);
  }
  return Math.round((seenMs / (to - from)) * 1e6) / 1e6;
}
