/** Takes in runs as they end. Nothing here waits, throws, or sets a timer: minutes are closed on the way. */
import { createErrorReader, type ErrorEntry, type Thrown } from './errors.js';
import { createLedger, type Ledger } from './ledger.js';
import { MINUTE_MS, startOf } from './periods.js';
import { addRun, keyOf, newTally, type Run, type Subject, type Tally } from './tally.js';

/** What instrumentation reports to. */
export interface Recorder {
  /** The place where runs of a subject are counted; its counters begin at 0 and not at its first error. */
  readonly series: (subject: Subject) => Series;
  /** A hook exists that could not be wrapped: figures are partial. */
  readonly miss: () => void;
  readonly begin: (series: Series) => void;
  readonly record: (series: Series, run: Run, thrown?: Thrown) => void;
  /** How the transaction of a run ended. */
  readonly settle: (series: Series, end: 'committed' | 'rolledBack') => void;
}

/** Counts of one subject since the start, in Prometheus' cumulative sense. */
export interface Counter extends Readonly<Subject> {
  /** Begun and not ended. */
  inFlight: number;
  executions: number;
  rejected: number;
  failed: number;
  totalSeconds: number;
  /** Runs not longer than the bound of the same position in BUCKET_BOUNDS_SECONDS, not cumulated. */
  readonly buckets: number[];
}

export interface Series {
  readonly counter: Counter;
  /** Of the minute it last ran in. */
  tally: Tally;
}

/** What was recorded by this process. */
export interface Recorded {
  readonly ledger: Ledger;
  /** Newest first. */
  readonly errors: () => readonly ErrorEntry[];
  readonly counters: () => readonly Counter[];
  readonly isComplete: () => boolean;
  /** Subjects beyond SERIES_KEPT, counted together as `other`. */
  readonly seriesDropped: () => number;
}

/** Upper bounds; 0.1, 0.5 and 2 are the guide's target, warning and critical level of hook time. */
export const BUCKET_BOUNDS_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10] as const;

export const ERRORS_KEPT = 200;
/** Subjects told apart. */
export const SERIES_KEPT = 1_000;
const OTHER: Subject = { kind: 'hook', contentType: 'other', operation: 'other', source: 'other' };

export interface RecorderOptions {
  /** Identity of this process among all that share the archive. */
  readonly instance: string;
  /** Wall clock in ms since 1970; durations never come from it. */
  readonly now?: () => number;
  /** Given every error that is recorded. */
  readonly onError?: (entry: ErrorEntry) => void;
}

export function createRecorder({ instance, now = Date.now, onError }: RecorderOptions): Recorder & Recorded {
  const readError = createErrorReader(instance);
  const registry = createRegistry();
  const errors: ErrorEntry[] = [];
  const minute = createMinute(now);
  let complete = true;
  return {
    series: registry.seriesOf,
    miss: () => {
      complete = false;
    },
    begin: ({ counter }) => {
      counter.inFlight += 1;
    },
    record(series, run, thrown) {
      series.counter.inFlight -= 1;
      count(series.counter, run);
      addRun(minute.tallyOf(series), run);
      if (!thrown) return;
      const { outcome, durationMs } = run;
      const entry = readError(series.counter, thrown, { outcome, durationMs, at: now() });
      onError?.(entry);
      if (errors.push(entry) > ERRORS_KEPT) errors.shift();
    },
    settle(series, end) {
      minute.tallyOf(series)[end] += 1;
    },
    ledger: minute.ledger,
    errors: () => errors.toReversed(),
    counters: registry.counters,
    isComplete: () => complete,
    seriesDropped: registry.dropped,
  };
}

/** The minute under way, closed when the clock has left it, in whichever direction: one that was ahead may be set right. */
function createMinute(now: () => number) {
  let active = new Set<Series>();
  let from = startOf(now(), MINUTE_MS);
  const open = () => ({ from, tallies: [...active].map(({ tally }) => tally) });
  const rollOver = () => {
    const next = startOf(now(), MINUTE_MS);
    if (next === from) return;
    if (active.size > 0) ledger.close(open());
    active = new Set();
    from = next;
  };
  const ledger = createLedger(() => {
    rollOver();
    return open();
  });
  return {
    ledger,
    tallyOf(series: Series): Tally {
      rollOver();
      if (!active.has(series)) {
        series.tally = newTally(series.counter);
        active.add(series);
      }
      return series.tally;
    },
  };
}

/** One series a subject, up to SERIES_KEPT. */
function createRegistry() {
  const all = new Map<string, Series>();
  let dropped = 0;
  return {
    seriesOf: (subject: Subject): Series => {
      const found = all.get(keyOf(subject));
      if (found) return found;
      const isRoom = all.size < SERIES_KEPT;
      if (!isRoom) dropped += 1;
      const made = newSeries(isRoom ? subject : { ...OTHER, kind: subject.kind });
      const key = keyOf(made.counter);
      const series = all.get(key) ?? made;
      all.set(key, series);
      return series;
    },
    counters: () => [...all.values()].map(({ counter }) => counter),
    dropped: () => dropped,
  };
}

function newSeries({ kind, contentType, operation, source }: Subject): Series {
  const buckets = BUCKET_BOUNDS_SECONDS.map(() => 0);
  const counts = { inFlight: 0, executions: 0, rejected: 0, failed: 0, totalSeconds: 0 };
  const counter: Counter = { kind, contentType, operation, source, ...counts, buckets };
  return { counter, tally: newTally(counter) };
}

function count(counter: Counter, run: Run): void {
  const seconds = run.durationMs / 1000;
  counter.executions += 1;
  if (run.outcome !== 'ok') counter[run.outcome] += 1;
  counter.totalSeconds += seconds;
  const bucket = bucketOf(seconds);
  if (bucket < counter.buckets.length) counter.buckets[bucket] = (counter.buckets[bucket] ?? 0) + 1;
}

/** The position of the first bound that is not exceeded; beyond the last, their number. */
export function bucketOf(seconds: number): number {
  let bucket = 0;
  while (bucket < BUCKET_BOUNDS_SECONDS.length && seconds > (BUCKET_BOUNDS_SECONDS[bucket] ?? 0)) bucket += 1;
  return bucket;
}
