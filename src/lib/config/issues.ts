/** What zod found, in plain words that never repeat a value: it may be a secret in the wrong place. */
import * as z from 'zod';
import { suggest } from '../suggest.js';
import type { Path } from './origin.js';
import { firstOf } from './problems.js';
import { keysAt } from './schema-at.js';

export interface Issue {
  readonly path: Path;
  readonly what: string;
  /** True when the key itself is the problem, not what stands there. */
  readonly isKey: boolean;
}

export type Checked<Output> =
  | { readonly data: Output; readonly issues?: undefined }
  | { readonly data?: undefined; readonly issues: readonly Issue[] };

/** Parses data by the schema; every problem is reported, not the first alone. */
export function check<Output>(schema: z.core.$ZodType<Output>, data: unknown): Checked<Output> {
  const parsed = z.safeParse(schema, data, { error: inPlainWords });
  if (parsed.success) return { data: parsed.data };
  return { issues: parsed.error.issues.flatMap((issue) => flatten(issue, schema, [])) };
}

function flatten(issue: z.core.$ZodIssue, schema: z.core.$ZodType, above: Path): Issue[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys')
    return firstOf(issue.keys).map((key) => unknownKey(key, keysAt(schema, path), path));
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The form that fits best is the one that was meant.
    const [nearest = []] = issue.errors.toSorted((left, right) => left.length - right.length);
    return nearest.flatMap((inner) => flatten(inner, schema, path));
  }
  return [{ path, what: issue.message, isKey: issue.code === 'invalid_key' }];
}

/** A key that is none of the known ones, at the path. */
export function unknownKey(key: string, known: readonly string[], above: Path = []): Issue {
  const meant = suggest(key, known);
  const what = meant === undefined ? 'unknown key' : `unknown key; did you mean "${meant}"?`;
  return { path: [...above, key], what, isKey: true };
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a section',
  record: 'a section',
  array: 'a list',
};

/** The words for issues whose schema brings none of its own. */
const inPlainWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type': {
      const expected = TYPES[issue.expected] ?? issue.expected;
      return issue.input === undefined
        ? `missing; expected ${expected}`
        : `expected ${expected}, got ${typeInWords(issue.input)}`;
    }
    case 'invalid_value':
      return `expected ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `must ${SIZES[issue.origin] ?? 'be'} at least ${issue.minimum}${UNITS[issue.origin] ?? ''}`;
    case 'too_big':
      return `must ${SIZES[issue.origin] ?? 'be'} at most ${issue.maximum}${UNITS[issue.origin] ?? ''}`;
    case 'invalid_format':
      return `not a valid ${issue.format}`;
    case 'invalid_key':
      return 'not a valid name';
    default:
      return 'not valid here';
  }
};

const SIZES: Readonly<Record<string, string>> = { array: 'have', string: 'have' };
const UNITS: Readonly<Record<string, string>> = { array: ' entries', string: ' characters' };

function typeInWords(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return TYPES[typeof value] ?? typeof value;
}
