/** What a KPI measured, or why it could not. */
import type { Explanation } from '../errors.js';

export interface Measured {
  readonly value: number;
  /** What the value is made of; null where that is not known. */
  readonly samples: number | null;
  /** Share of the window, or of the checks, that it speaks of; null where it is of this moment or of samples. */
  readonly coverage: number | null;
  /** Where it comes from, in words. */
  readonly source: string;
}

export interface Unmeasured {
  /** `failed`: there is a source, and it gave no answer. `absent`: nobody has set one up, or nothing happened. */
  readonly cause: 'failed' | 'absent';
  readonly reason: string;
  readonly hint: string;
}

export type Measurement = Measured | Unmeasured;

export const isMeasured = (measurement: Measurement): measurement is Measured => 'value' in measurement;

/** Nothing to measure: nobody has set it up, or nothing happened. */
export const absent = (reason: string, hint: string): Unmeasured => ({ cause: 'absent', reason, hint });

/** An answer, or why there is none. */
export type Reading<Value> = { readonly value: Value } | { readonly problem: Explanation };

/** The measurement of what a source said; where it said nothing, that is why. */
export function measure<Value>(reading: Reading<Value>, of: (value: Value) => Measurement): Measurement {
  if ('value' in reading) return of(reading.value);
  const { message, hint = 'viktoria-ops doctor' } = reading.problem;
  return { cause: 'failed', reason: message, hint };
}
