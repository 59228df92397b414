/** Takes in hook runs as they end and answers what happened in a period. No timer: minutes are closed on the way. */
import type { HookError } from '../contract/index.js';
import { MINUTE_MS, startOf } from './periods.js';
import { addRun, type Hook, type HookRun, keyOf, type Rollup, type Tallies, tallyOf, toRollup } from './rollup.js';
import type { Store } from './store.js';

/** What instrumentation reports to. None of these waits or throws. */
export interface Recorder {
  /** A hook exists, so its counters begin at 0 and not at its first error. */
  readonly declare: (hook: Hook) => void;
  /** A hook exists that could not be wrapped: figures are partial. */
  readonly miss: (hook: Hook) => void;
  readonly record: (run: HookRun) => void;
}

/** What reports are made from. */
export interface History {
  /** From when on it knows everything, ms since 1970: the start, or as far back as the store remembers. */
  readonly knownSince: () => number;
  readonly isComplete: () => boolean;
  readonly read: (from: number, to: number) => readonly Rollup[];
  /** Newest first. */
  readonly errors: (limit: number) => readonly HookError[];
  /** Counters since the start, for Prometheus. */
  readonly counters: () => readonly HookCounter[];
}

/** Counts of one hook since the start, in Prometheus' cumulative buckets. */
export interface HookCounter extends Hook {
  executions: number;
  rejected: number;
  failed: number;
  totalSeconds: number;
  /** Runs not longer than the bound of the same position in BUCKET_BOUNDS_SECONDS, not cumulated. */
  readonly buckets: number[];
}

/** Upper bounds; 0.1, 0.5 and 2 are the guide's target, warning and critical level of hook time. */
export const BUCKET_BOUNDS_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10] as const;

export const ERRORS_KEPT = 200;
const LONGEST_MESSAGE = 500;
/** Hooks told apart; the rest count as `other`. A hook that runs every minute for two weeks takes 0.9 MB (measured). */
export const SERIES_KEPT = 200;
const OTHER: Hook = { contentType: 'other', operation: 'other' };

/** @param now wall clock in ms since 1970; durations never come from it. */
export function createRecorder(store: Store, now: () => number = Date.now): Recorder & History {
  const since = now();
  const errors: HookError[] = [];
  const counters = new Map<string, HookCounter>();
  let open = { from: startOf(since, MINUTE_MS), tallies: new Map() as Tallies };
  let complete = true;

  const rollOver = () => {
    const minute = startOf(now(), MINUTE_MS);
    if (minute <= open.from) return; // also when the clock was set back
    store.append(toRollup(open.from, open.tallies));
    open = { from: minute, tallies: new Map() };
  };

  return {
    knownSince: () => Math.max(since, now() - store.keptMs),
    isComplete: () => complete,
    declare: (hook) => void counterOf(counters, hook),
    miss: () => {
      complete = false;
    },
    record(run) {
      rollOver();
      const counter = counterOf(counters, run);
      count(counter, run);
      addRun(tallyOf(open.tallies, counter), run);
      if (run.outcome === 'ok') return;
      errors.push(toHookError(run, now()));
      if (errors.length > ERRORS_KEPT) errors.shift();
    },
    read(from, to) {
      rollOver();
      const current = open.from >= from && open.from < to ? [toRollup(open.from, open.tallies)] : [];
      return [...store.read(from, to), ...current];
    },
    errors: (limit) => errors.slice(-limit).reverse(),
    counters: () => [...counters.values()],
  };
}

function counterOf(counters: Map<string, HookCounter>, hook: Hook): HookCounter {
  const found = counters.get(keyOf(hook));
  if (found) return found;
  const { contentType, operation } = counters.size < SERIES_KEPT ? hook : OTHER;
  const other = counters.get(keyOf({ contentType, operation }));
  if (other) return other;
  const buckets = BUCKET_BOUNDS_SECONDS.map(() => 0);
  const made = { contentType, operation, executions: 0, rejected: 0, failed: 0, totalSeconds: 0, buckets };
  counters.set(keyOf(made), made);
  return made;
}

function count(counter: HookCounter, run: HookRun): void {
  const seconds = run.durationMs / 1000;
  counter.executions += 1;
  if (run.outcome !== 'ok') counter[run.outcome] += 1;
  counter.totalSeconds += seconds;
  const bucket = BUCKET_BOUNDS_SECONDS.findIndex((bound) => seconds <= bound);
  if (bucket >= 0) counter.buckets[bucket] = (counter.buckets[bucket] ?? 0) + 1;
}

function toHookError(run: HookRun, at: number): HookError {
  return {
    timestamp: new Date(at).toISOString(),
    contentType: run.contentType,
    operation: run.operation,
    errorType: run.error?.type ?? 'unknown',
    message: (run.error?.message ?? '').slice(0, LONGEST_MESSAGE),
    outcome: run.outcome === 'rejected' ? 'rejected' : 'failed',
    executionTime: Math.round(run.durationMs * 1000) / 1000,
  };
}
