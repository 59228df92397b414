/** Whether an answer is what a step expects. Pure; what it finds is said in a sentence. */

import type { Expectation } from '../../config/journeys.js';
import { parseJsonPath } from '../../config/json-path.js';
import { valueAt } from '../../config/tree.js';

/** What of these does not hold, by path. */
export function checkJson(document: unknown, expected: Readonly<Record<string, Expectation>>): string[] {
  return Object.entries(expected).flatMap(([path, expectation]) => {
    const value = valueAtPath(document, path);
    return RULES.flatMap((rule) => rule(value, expectation) ?? []).map((problem) => `${path}: ${problem}`);
  });
}

/** Undefined where there is nothing. */
export const valueAtPath = (document: unknown, path: string): unknown => valueAt(document, parseJsonPath(path) ?? []);

type Rule = (value: unknown, expected: Expectation) => string | undefined;

/** Each is silent where it is not asked for. */
const RULES: readonly Rule[] = [
  (value, { equals }) =>
    equals === undefined || Object.is(value, equals) ? undefined : `expected ${show(equals)}, got ${show(value)}`,
  (value, { exists }) =>
    exists === undefined || exists === (value !== undefined)
      ? undefined
      : `expected ${exists ? 'something' : 'nothing'}, got ${show(value)}`,
  (value, { type }) =>
    type === undefined || typeOf(value) === type ? undefined : `expected ${type}, got ${typeOf(value)}`,
  (value, { min }) =>
    min === undefined || (typeof value === 'number' && value >= min)
      ? undefined
      : `expected at least ${min}, got ${show(value)}`,
  (value, { max }) =>
    max === undefined || (typeof value === 'number' && value <= max)
      ? undefined
      : `expected at most ${max}, got ${show(value)}`,
  (value, { contains }) =>
    contains === undefined || (typeof value === 'string' && value.includes(contains))
      ? undefined
      : `expected text with ${show(contains)}, got ${show(value)}`,
];

function typeOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

const LONGEST_SHOWN = 60;

/** A value for a sentence: short, and of a list or a section only what it is. */
function show(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `a ${Array.isArray(value) ? 'list' : 'section'}`;
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
