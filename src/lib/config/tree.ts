/** Plain data as it was read: looked into, merged and changed by path. */
import type { Path } from './origin.js';
import { isSecret } from './secret.js';

export type Tree = { readonly [key: string]: unknown };

/** Keys that reach an object's prototype when data is merged by assignment. */
export const FORBIDDEN_KEYS = ['__proto__', 'constructor', 'prototype'] as const;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at the path; undefined where there is none. */
export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

/** `over` laid on `base`: sections merge, anything else (a list too) replaces. */
export function merge(base: Tree, over: Tree): Tree {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isTree(below) && isTree(value) ? merge(below, value) : value;
  }
  return merged;
}

/** The tree with one value set; a section on the way that is missing is made. */
export function withValue(tree: Tree, [key, ...rest]: readonly string[], value: unknown): Tree {
  if (key === undefined) return tree;
  const below = tree[key];
  return { ...tree, [key]: rest.length === 0 ? value : withValue(isTree(below) ? below : {}, rest, value) };
}

/** Every leaf with its path, in the order of the data. A secret is a leaf, and so is an empty list or section. */
export function* leavesOf(value: unknown, path: Path = []): Generator<Leaf> {
  if (typeof value !== 'object' || value === null || isSecret(value)) {
    yield { path, value };
    return;
  }
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  if (entries.length === 0) yield { path, value };
  for (const [key, item] of entries) yield* leavesOf(item, [...path, key]);
}

export interface Leaf {
  readonly path: Path;
  readonly value: unknown;
}
