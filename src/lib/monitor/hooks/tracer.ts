/** Runs functions as they would run anyway, and tells the recorder how long they took, what they sent and how they ended. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, outcomeOf } from '../history/errors.js';
import type { Recorder, Series } from '../history/recorder.js';

export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

export interface Tracer {
  /** The same function, watched: same `this`, arguments, result and thrown value; what is sync stays sync. */
  readonly wrap: (traced: AnyFunction, series: Series) => AnyFunction;
  /** Tells that the code under way sent an SQL statement; the returned function ends its time. */
  readonly startQuery: () => (() => void) | undefined;
}

/**
 * Asks to be told how the transaction under way ends; does nothing when there is none. Called as a run ends.
 */
export type WatchTransaction = (settle: (end: 'committed' | 'rolledBack') => void) => void;

/** A run under way. Hooks it set off may run side by side, so their time is that in which at least one of them ran. */
interface Frame {
  readonly series: Series;
  readonly startedAt: number;
  /** The hook this runs within. */
  hook: Frame | undefined;
  /** The document action this hook runs within, if there is no other hook between. */
  document: Frame | undefined;
  inner: number;
  innerSince: number;
  innerMs: number;
  queries: number;
  queryMs: number;
}

export function createTracer(recorder: Recorder, watchTransaction: WatchTransaction = () => undefined): Tracer {
  const running = new AsyncLocalStorage<Frame>();
  const end: End = (frame, failure) => report({ recorder, watchTransaction }, frame, failure);
  return {
    wrap: (traced, series) =>
      function (...args) {
        const frame = enter(series, running.getStore());
        recorder.begin(series);
        return running.run(frame, call, frame, end, () => traced.apply(this, args));
      },
    startQuery() {
      const frame = running.getStore();
      if (!frame) return undefined;
      const startedAt = performance.now();
      return () => addQuery(frame, performance.now() - startedAt);
    },
  };
}

type End = (frame: Frame, failure?: { readonly thrown: unknown }) => void;

/**
 * A thenable is `then`-ed once, as `await` does: some begin to work only when asked, and each time anew; the `then` of some
 * returns nothing.
 */
function call(frame: Frame, end: End, work: () => unknown): unknown {
  let result: unknown;
  try {
    result = work();
  } catch (thrown) {
    end(frame, { thrown });
    throw thrown;
  }
  if (!isThenable(result)) {
    end(frame);
    return result;
  }
  return Promise.resolve(result).then(
    (value) => {
      end(frame);
      return value;
    },
    (thrown: unknown) => {
      end(frame, { thrown });
      throw thrown;
    },
  );
}

const isHook = ({ series }: Frame): boolean => series.counter.kind === 'hook';

function enter(series: Series, outer: Frame | undefined): Frame {
  const startedAt = performance.now();
  const hook = outer && (isHook(outer) ? outer : outer.hook);
  const document = outer && series.counter.kind === 'hook' && !isHook(outer) ? outer : undefined;
  const frame = { series, startedAt, hook, document, inner: 0, innerSince: 0, innerMs: 0, queries: 0, queryMs: 0 };
  // A document action is no hook: the hook that called it still pays for all of it but the hooks inside.
  if (series.counter.kind === 'hook') {
    startInner(hook, startedAt);
    startInner(document, startedAt);
  }
  return frame;
}

function startInner(frame: Frame | undefined, now: number): void {
  if (frame && frame.inner++ === 0) frame.innerSince = now;
}

function endInner(frame: Frame | undefined, now: number): void {
  if (frame && --frame.inner === 0) frame.innerMs += now - frame.innerSince;
}

/** The statements of a document action are also those of the hook that called it. */
function addQuery(frame: Frame, durationMs: number): void {
  frame.queries += 1;
  frame.queryMs += durationMs;
  if (!isHook(frame) && frame.hook) addQuery(frame.hook, durationMs);
}

interface Listeners {
  readonly recorder: Recorder;
  readonly watchTransaction: WatchTransaction;
}

function report({ recorder, watchTransaction }: Listeners, frame: Frame, failure?: { readonly thrown: unknown }): void {
  try {
    const { series, queries, queryMs } = frame;
    const now = performance.now();
    const durationMs = now - frame.startedAt;
    const ownMs = leave(frame, now);
    const outcome = failure ? outcomeOf(failure.thrown) : 'ok';
    // An error of a hook passes through the document action that set it off: it is told once.
    const thrown = failure && isHook(frame) ? describe(failure.thrown) : undefined;
    recorder.record(series, { durationMs, ownMs, outcome, queries, queryMs }, thrown);
    // A document action ends after the transaction it opened.
    if (isHook(frame)) watchTransaction((end) => recorder.settle(series, end));
  } catch {
    // Monitoring must not break what it watches.
  }
}

/** Ends the frame and returns its own time. */
function leave(frame: Frame, now: number): number {
  if (isHook(frame)) {
    endInner(frame.hook, now);
    endInner(frame.document, now);
  }
  // What it set off may outlive it, and set off more: each would hold all before.
  frame.hook = undefined;
  frame.document = undefined;
  // A hook nobody waited for may still run: its time so far is not ours.
  const stillRunningMs = frame.inner > 0 ? now - frame.innerSince : 0;
  return Math.max(0, now - frame.startedAt - frame.innerMs - stillRunningMs);
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  value !== null && typeof value === 'object' && 'then' in value && typeof value.then === 'function';
