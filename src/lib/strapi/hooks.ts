/** Lifecycle hooks of Strapi: those of the models, and those that plugins and the application subscribe. */
import type { Instruments } from '../monitor/index.js';
import { instrument } from '../monitor/index.js';
import { registrantOf } from './registrant.js';
import type { DatabaseLike, LifecycleEvent, Subscriber } from './shapes.js';

/** Strapi's own content: what runs there is not the application's work. */
const INTERNAL =
  /^(admin|strapi)::|^plugin::(content-manager|content-releases|content-type-builder|email|i18n|review-workflows|upload)\./;

const isWatched = (uid: string): boolean => !INTERNAL.test(uid);

/**
 * Wraps the functions of every `lifecycles.ts`. Only in `bootstrap`: before, Strapi knows no models.
 * @returns the undo; here and below undefined where this Strapi has not what is to be watched
 */
export function watchModels({ metadata }: DatabaseLike, instruments: Instruments): (() => void) | undefined {
  if (!metadata) return undefined;
  const models = [...metadata].flatMap(([uid, { lifecycles }]) =>
    lifecycles && isWatched(uid) ? [[uid, lifecycles] as const] : [],
  );
  return instrument(models, instruments);
}

/**
 * Wraps subscribers as they are subscribed. Those subscribed before are not seen; `register` of an application comes after
 * that of Strapi and its plugins, but before any `bootstrap`, which is where the documentation has people subscribe.
 * @param root the application's directory, for names of sources
 * @returns the undo
 */
export function watchSubscribers(
  { lifecycles }: DatabaseLike,
  instruments: Instruments,
  root: string,
): (() => void) | undefined {
  const subscribe = lifecycles?.subscribe;
  if (!lifecycles || !subscribe) return undefined;
  const subscribed = new Map<string, number>();
  const watching: typeof subscribe = (subscriber) => {
    const registrant = registrantOf(new Error().stack ?? '', root);
    const count = (subscribed.get(registrant) ?? 0) + 1;
    subscribed.set(registrant, count);
    const source = count === 1 ? registrant : `${registrant} #${count}`;
    return subscribe.call(lifecycles, watched(subscriber, instruments, source));
  };
  lifecycles.subscribe = watching;
  return () => {
    if (lifecycles.subscribe === watching) lifecycles.subscribe = subscribe;
  };
}

function watched(subscriber: Subscriber, instruments: Instruments, source: string): Subscriber {
  if (typeof subscriber === 'function') return watchedRun(subscriber, subscriber, { instruments, source });
  if (subscriber === null || typeof subscriber !== 'object') return subscriber; // Strapi will refuse it
  // Strapi reads `models` and asks for methods by name, inherited ones too; what we do not wrap shows through.
  const copy: Record<string, unknown> = Object.create(subscriber);
  for (const operation of namesOf(subscriber)) {
    const hook = subscriber[operation];
    if (typeof hook === 'function') copy[operation] = watchedRun(hook as Hook, subscriber, { instruments, source });
  }
  return copy;
}

type Hook = (this: unknown, event: LifecycleEvent) => unknown;

interface Subscribed {
  readonly instruments: Instruments;
  readonly source: string;
}

/** One subscriber serves many models: each has figures of its own. */
function watchedRun(hook: Hook, self: unknown, { instruments, source }: Subscribed): Hook {
  const { recorder, tracer } = instruments;
  const wrappers = new Map<string, Hook>();
  return (event) => {
    const contentType = event.model.uid;
    if (!isWatched(contentType)) return hook.call(self, event);
    const key = `${contentType} ${event.action}`;
    const series = recorder.series({ kind: 'hook', contentType, operation: event.action, source });
    const wrapper = wrappers.get(key) ?? tracer.wrap(hook as never, series);
    wrappers.set(key, wrapper);
    return wrapper.call(self, event);
  };
}

const LIFECYCLE = /^(before|after)[A-Z]/;

/** Names of lifecycle methods, inherited ones too. */
function namesOf(subscriber: object): string[] {
  const names = new Set<string>();
  for (let object = subscriber; object && object !== Object.prototype; object = Object.getPrototypeOf(object)) {
    for (const name of Object.getOwnPropertyNames(object)) if (LIFECYCLE.test(name)) names.add(name);
  }
  return [...names];
}
