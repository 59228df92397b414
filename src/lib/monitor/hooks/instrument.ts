/** Puts watched functions in the place of lifecycle functions, and back. */
import type { Recorder } from '../history/recorder.js';
import type { AnyFunction, Tracer } from './tracer.js';

/** A content type's lifecycle functions by name; Strapi keeps them in `strapi.db.metadata`. */
export type Lifecycles = Record<string, unknown>;

/** Wrapped functions, so that a second call does not count a hook twice. */
const wrappers = new WeakSet<AnyFunction>();

export interface Instruments {
  readonly recorder: Recorder;
  readonly tracer: Tracer;
}

/**
 * Replaces every lifecycle function by one that does the same and reports to the recorder. A hook that cannot be replaced
 * (frozen object) is reported as missed.
 * @param contentTypes pairs of name and lifecycles, such as `Object.entries(…)` or a `Map`
 * @param source who registered them: the model itself unless said
 * @returns puts the original functions back, except where somebody else has wrapped ours in the meantime
 */
export function instrument(
  contentTypes: Iterable<readonly [string, Lifecycles]>,
  { recorder, tracer }: Instruments,
  source = 'model',
): () => void {
  const undo: (() => void)[] = [];
  for (const [contentType, lifecycles] of contentTypes) {
    for (const [operation, hook] of Object.entries(lifecycles)) {
      if (!isFunction(hook) || wrappers.has(hook)) continue;
      const wrapper = tracer.wrap(hook, recorder.series({ kind: 'hook', contentType, operation, source }));
      if (!Reflect.set(lifecycles, operation, wrapper)) {
        recorder.miss();
        continue;
      }
      wrappers.add(wrapper);
      undo.push(() => {
        if (lifecycles[operation] === wrapper) Reflect.set(lifecycles, operation, hook);
      });
    }
  }
  return () => {
    for (const restore of undo.splice(0)) restore();
  };
}

const isFunction = (value: unknown): value is AnyFunction => typeof value === 'function';
