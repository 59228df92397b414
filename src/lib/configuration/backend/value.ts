/** What can be told of a setting without running the program that makes it. Pure. */

/** Where a value stands, and the environment variable it comes through. */
export interface About {
  /** `config/server.ts:12`. */
  readonly place: string;
  readonly variable?: Variable;
}

interface Variable {
  readonly name: string;
  /** `.env` does not set it: the value is the fallback, unless the process is given another. */
  readonly isFallback: boolean;
}

export type Scalar = string | number | boolean | null;

export type Value =
  | (About & { readonly kind: 'scalar'; readonly value: Scalar })
  /** Open: there may be more in it than is known. */
  | (About & { readonly kind: 'object'; readonly entries: ReadonlyMap<string, Value>; readonly isOpen: boolean })
  | (About & { readonly kind: 'list'; readonly items: readonly Value[]; readonly isOpen: boolean })
  /** Not there, for sure. */
  | (About & { readonly kind: 'absent' })
  | (About & { readonly kind: 'unknown' });

export const unknownAt = (place: string): Value => ({ kind: 'unknown', place });

/** Plain data as a value. */
export function asValue(data: unknown, about: About): Value {
  if (Array.isArray(data)) {
    return { kind: 'list', items: data.map((item) => asValue(item, about)), isOpen: false, ...about };
  }
  if (typeof data === 'object' && data !== null) {
    const entries = new Map(Object.entries(data).map(([key, item]) => [key, asValue(item, about)]));
    return { kind: 'object', entries, isOpen: false, ...about };
  }
  const isScalar = data === null || ['string', 'number', 'boolean'].includes(typeof data);
  return isScalar ? { kind: 'scalar', value: data as Scalar, ...about } : { kind: 'unknown', ...about };
}

/** The value at the end of the keys. */
export function valueAt(value: Value, ...keys: readonly string[]): Value {
  return keys.reduce(stepInto, value);
}

function stepInto(value: Value, key: string): Value {
  const { place } = value;
  if (value.kind === 'object') return value.entries.get(key) ?? { kind: value.isOpen ? 'unknown' : 'absent', place };
  if (value.kind === 'list') return value.items[Number(key)] ?? { kind: value.isOpen ? 'unknown' : 'absent', place };
  return { kind: value.kind === 'unknown' ? 'unknown' : 'absent', place };
}

/**
 * `over` laid on `base`, as Strapi does with the files of an environment: objects merge. It merges lists by position,
 * which nobody means; what comes of two lists is left open.
 */
export function mergeValues(base: Value, over: Value): Value {
  if (over.kind === 'absent') return base;
  if (base.kind === 'list' && over.kind === 'list') return { ...over, isOpen: true };
  if (base.kind !== 'object' || over.kind !== 'object') return over;
  const entries = new Map(base.entries);
  for (const [key, value] of over.entries) {
    const below = entries.get(key);
    entries.set(key, below ? mergeValues(below, value) : value);
  }
  return { ...over, entries, isOpen: base.isOpen || over.isOpen };
}

export interface FlatValue {
  readonly key: string;
  readonly value: Value;
}

/** Every scalar, and everything unknown, under its key: `server.app.keys[0]`. */
export function flatten(value: Value, key = ''): FlatValue[] {
  if (value.kind === 'object') {
    return [...value.entries].flatMap(([name, item]) => flatten(item, key === '' ? name : `${key}.${name}`));
  }
  if (value.kind === 'list') return value.items.flatMap((item, index) => flatten(item, `${key}[${index}]`));
  return value.kind === 'absent' ? [] : [{ key, value }];
}
