/** Flags as OpenFeature has them (specification 0.8, section 2: providers), in both directions. */

import type { Flags } from './index.js';
import type { FlagUsage } from './usage.js';

interface Details<T> {
  readonly value: T;
  readonly reason?: string;
  readonly variant?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
}
interface Context {
  readonly targetingKey?: string;
}
type Resolve<T> = (flag: string, fallback: T, context?: Context) => Promise<Details<T>>;

/** The part of a server-side provider that decides. */
export interface OpenFeatureProvider {
  readonly metadata: { readonly name: string };
  readonly runsOn?: 'server';
  readonly resolveBooleanEvaluation: Resolve<boolean>;
  readonly resolveStringEvaluation: Resolve<string>;
  readonly resolveNumberEvaluation: Resolve<number>;
  readonly resolveObjectEvaluation: <T>(flag: string, fallback: T, context?: Context) => Promise<Details<T>>;
}

/** Our flags for an application that asks through OpenFeature. They are on or off; other types are a mismatch. */
export function openFeatureProvider(flags: Pick<Flags, 'isEnabled' | 'usage'>): OpenFeatureProvider {
  const mismatch = async <T>(_flag: string, value: T): Promise<Details<T>> => ({
    value,
    reason: 'ERROR',
    errorCode: 'TYPE_MISMATCH',
    errorMessage: 'flags of this provider are boolean',
  });
  return {
    metadata: { name: 'viktoria-ops' },
    runsOn: 'server',
    async resolveBooleanEvaluation(flag, fallback, { targetingKey } = {}) {
      const defined = flags.usage().find(({ name, known }) => name === flag && known);
      const value = flags.isEnabled(flag, { key: targetingKey, default: fallback });
      if (!defined) return { value, reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' };
      return { value, variant: value ? 'on' : 'off', reason: defined.percentage === null ? 'STATIC' : 'SPLIT' };
    },
    resolveStringEvaluation: mismatch,
    resolveNumberEvaluation: mismatch,
    resolveObjectEvaluation: mismatch,
  };
}

/** A provider of the application's own, as far as it is watched. */
export interface WatchedProvider {
  readonly metadata: { readonly name: string };
  readonly resolveBooleanEvaluation: (flag: string, ...question: never[]) => Promise<{ readonly value: boolean }>;
}

/** The same provider, its boolean decisions counted. */
export function countProvider<Provider extends WatchedProvider>(provider: Provider, counts: FlagUsage): Provider {
  const counting: WatchedProvider['resolveBooleanEvaluation'] = async (flag, ...question) => {
    const details = await provider.resolveBooleanEvaluation(flag, ...question);
    counts.count(flag, provider.metadata.name, details.value);
    return details;
  };
  // What it has besides is its own, and asked of itself: it keeps what it prepared, at times in private fields.
  // And not the target: of a frozen one a proxy may not show another function.
  const target: Provider = Object.create(Object.getPrototypeOf(provider));
  return new Proxy(target, {
    has: (_, name) => name in provider,
    get(_, name) {
      if (name === 'resolveBooleanEvaluation') return counting;
      const value: unknown = Reflect.get(provider, name);
      return typeof value === 'function' ? value.bind(provider) : value;
    },
    set: (_, name, value) => Reflect.set(provider, name, value),
  });
}
