/** A configuration as hashes by key path: what changed can be told without keeping what it was. Pure. */
import { createHmac } from 'node:crypto';
import type { ConfigChange } from '../contract/index.js';

/** Hash by key path, such as `database.connection.pool.max`; `a["b.c"]` where a key has dots. */
export type Hashes = Readonly<Record<string, string>>;

const DEEPEST = 10;
const MOST_KEYS = 5_000;
/** Bits enough to tell values apart; fewer of them tell less to whom the key is known. */
const HASH_LETTERS = 16;

/**
 * @param secret keys the hashes, so that short values cannot be guessed from them
 * @param value any value, functions, class instances and cycles included: they count by what can be told of them
 */
export function hashesOf(value: unknown, secret: string): Hashes {
  const hashes: [path: string, hash: string][] = [];
  const hash = (text: string) => createHmac('sha256', secret).update(text).digest('hex').slice(0, HASH_LETTERS);
  const walk = (part: unknown, path: readonly string[]) => {
    if (hashes.length >= MOST_KEYS) return;
    if (isPlain(part) && path.length < DEEPEST) {
      for (const [key, inner] of Object.entries(part)) walk(inner, [...path, key]);
      return;
    }
    hashes.push([pathOf(path), hash(textOf(part))]);
  };
  walk(value, []);
  return Object.fromEntries(hashes);
}

/** No two places have one path. */
const pathOf = (keys: readonly string[]): string =>
  keys
    .map((key) => (/^[^.[\]"]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`))
    .join('')
    .replace(/^\./, '');

function isPlain(value: unknown): value is object {
  if (Array.isArray(value)) return value.length > 0;
  if (value === null || typeof value !== 'object') return false;
  const prototype = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.keys(value).length > 0;
}

/** A function by its source, an instance by its class: its inside is not configuration. */
function textOf(value: unknown): string {
  if (value instanceof RegExp || value instanceof Date || typeof value === 'function') return String(value);
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (value !== null && typeof value === 'object') return `[${value.constructor?.name ?? 'object'}]`;
  return `${typeof value} ${String(value)}`;
}

/** One hash of all. */
export function digestOf(hashes: Hashes): string {
  const lines = Object.entries(hashes).map(([path, hash]) => `${path}=${hash}`);
  return createHmac('sha256', '').update(lines.sort().join('\n')).digest('hex').slice(0, HASH_LETTERS);
}

/** What is added, removed or changed from one to the other, by path. */
export function changesBetween(before: Hashes, after: Hashes): ConfigChange['changes'] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return paths.flatMap((path): ConfigChange['changes'] => {
    if (!Object.hasOwn(before, path)) return [{ path, kind: 'added' }];
    if (!Object.hasOwn(after, path)) return [{ path, kind: 'removed' }];
    return before[path] === after[path] ? [] : [{ path, kind: 'changed' }];
  });
}
