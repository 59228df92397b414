/** What differs between two values, key by key. Pure. */
import { type Leaf, leavesOf } from '../../config/index.js';
import { isSecretName } from '../backend/secret-names.js';
import type { ValueChange } from './report.js';

/** Texts of keys may hold anything; they are shown as they are written in the file. */
const keyOf = ({ path }: Leaf): string =>
  path.reduce<string>((key, step) => {
    if (typeof step === 'number') return `${key}[${step}]`;
    return key === '' ? String(step) : `${key}.${String(step)}`;
  }, '');

export function compareValues(before: unknown, after: unknown): ValueChange[] {
  const [old, current] = [before, after].map((data) => new Map([...leavesOf(data)].map((leaf) => [keyOf(leaf), leaf])));
  const keys = [...new Set([...(old?.keys() ?? []), ...(current?.keys() ?? [])])];
  return keys.flatMap((key) => changeOf(key, old?.get(key), current?.get(key)) ?? []);
}

function changeOf(key: string, before: Leaf | undefined, after: Leaf | undefined): ValueChange | undefined {
  const [old, current] = [before, after].map((leaf) => leaf && JSON.stringify(leaf.value));
  if (old === current) return undefined;
  const isSecret = (before ?? after)?.path.some((step) => typeof step === 'string' && isSecretName(step)) ?? false;
  const kind = old === undefined ? 'added' : current === undefined ? 'removed' : 'changed';
  return { key, kind, before: isSecret ? null : (old ?? null), after: isSecret ? null : (current ?? null) };
}

/** Two lists of fingerprints by name. */
export function compareFingerprints(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): ValueChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((key): ValueChange[] => {
    const [old, current] = [before[key], after[key]];
    if (old === current) return [];
    const kind = old === undefined ? 'added' : current === undefined ? 'removed' : 'changed';
    return [{ key, kind, before: null, after: null }];
  });
}
