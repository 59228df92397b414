/** What metrics may be, as far as a condition can tell the difference: how one finds a condition that never holds. */
import type { Condition, Expression } from './condition.js';
import { compute, type Values } from './evaluate.js';
import type { Value } from './value.js';
import type { Term, Unit, Vocabulary } from './vocabulary.js';

/** `path operator limit`. */
export interface Comparison {
  readonly path: string;
  readonly operator: Expression['type'];
  readonly limit: number;
}

/** Where a condition compares a metric with a number; that the other way round, too. */
export function comparisonsIn({ expression }: Pick<Condition, 'expression'>): readonly Comparison[] {
  return partsOf(expression).flatMap((part) => {
    if (!('left' in part)) return [];
    const { type, left, right } = part;
    return [...comparisonOf(left, type, right), ...comparisonOf(right, MIRRORED[type] ?? type, left)];
  });
}

/** More cases than this are not tried. */
const MAX_CASES = 20_000;

/**
 * A set of values for each case that these conditions can tell apart. Undefined where that cannot be said: a metric is
 * computed with, or ordered against another, or there are too many cases.
 */
export function possibleValues(
  conditions: readonly Condition[],
  metrics: Vocabulary['metrics'],
): readonly Values[] | undefined {
  const parts = conditions.flatMap(({ expression }) => partsOf(expression));
  if (parts.some((part) => ARITHMETIC.includes(part.type) && !isConstant(part))) return undefined;
  if (parts.some(ordersMetrics)) return undefined;
  const constants = parts.map((part) => compute(part, NOTHING)).filter((value) => value !== null);
  const paths = [...new Set(conditions.flatMap((condition) => condition.paths))];
  let cases: readonly (readonly (readonly [string, Value])[])[] = [[]];
  for (const path of paths) {
    const candidates = candidatesOf(metrics.get(path), constants);
    if (cases.length * candidates.length > MAX_CASES) return undefined;
    cases = cases.flatMap((known) => candidates.map((value) => [...known, [path, value] as const]));
  }
  return cases.map((known) => new Map(known));
}

/** Between two limits there would have to be as many values as there are metrics. */
const ordersMetrics = (part: Expression): boolean =>
  part.type in MIRRORED && 'left' in part && !isConstant(part.left) && !isConstant(part.right);

const ARITHMETIC: readonly Expression['type'][] = ['+', '-', '*', '/', 'negate'];
const MIRRORED: Partial<Record<Expression['type'], Expression['type']>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};
const NOTHING: Values = new Map();

function comparisonOf(left: Expression, operator: Expression['type'], right: Expression): Comparison[] {
  const limit = compute(right, NOTHING);
  return left.type === 'metric' && typeof limit === 'number' ? [{ path: left.path, operator, limit }] : [];
}

/** The expression and all below it. */
function partsOf(expression: Expression): readonly Expression[] {
  if ('operand' in expression) return [expression, ...partsOf(expression.operand)];
  return 'left' in expression ? [expression, ...partsOf(expression.left), ...partsOf(expression.right)] : [expression];
}

const isConstant = (expression: Expression): boolean => partsOf(expression).every(({ type }) => type !== 'metric');

/** Smallest and largest: a share is 0..1, and nothing else that is counted is negative. */
const RANGES: Partial<Record<Unit, readonly [number, number]>> = { fraction: [0, 1], none: [-Infinity, Infinity] };
const COUNTED = [0, Infinity] as const;
const FAR = 1e15;

function candidatesOf(term: Term | undefined, constants: readonly Value[]): readonly Value[] {
  if (term === undefined) return [];
  if (term.type === 'boolean') return [true, false];
  if (term.type === 'text') return term.words ?? [...constants.filter((value) => typeof value === 'string'), 'another'];
  const [least, most] = RANGES[term.unit] ?? COUNTED;
  const limits = constants.filter((value) => typeof value === 'number');
  const around = limits.flatMap((limit) => [limit, limit - closeTo(limit), limit + closeTo(limit)]);
  return [...new Set([-FAR, 0, 1, FAR, ...around])].filter((value) => value >= least && value <= most);
}

const closeTo = (limit: number): number => Math.max(1e-9, Math.abs(limit) * 1e-9);
