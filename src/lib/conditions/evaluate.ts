import type { Condition, Expression } from './condition.js';
import type { Truth, Value } from './value.js';

/** The metrics by path; one that is not there is unknown. */
export type Values = Pick<ReadonlyMap<string, Value>, 'get'>;

/**
 * Whether the condition holds, by Kleene's logic: what is missing, null, not finite, divided by zero or of another type
 * than it should be is unknown, and stays so until something known decides all the same.
 */
export function evaluate({ expression }: Pick<Condition, 'expression'>, values: Values): Truth {
  const value = compute(expression, values);
  return typeof value === 'boolean' ? value : null;
}

/** The value of a part of a condition. */
export function compute(expression: Expression, values: Values): Value {
  if (expression.type === 'metric') return known(values.get(expression.path) ?? null);
  if ('value' in expression) return expression.value;
  if ('operand' in expression) return PREFIXES[expression.type](compute(expression.operand, values));
  return OPERATORS[expression.type](compute(expression.left, values), compute(expression.right, values));
}

const known = (value: Value): Value => (typeof value === 'number' && !Number.isFinite(value) ? null : value);

const PREFIXES = {
  not: (value: Value): Value => (typeof value === 'boolean' ? !value : null),
  negate: (value: Value): Value => (typeof value === 'number' ? -value : null),
} as const;

type Operator = (left: Value, right: Value) => Value;

const onNumbers =
  (operation: (left: number, right: number) => Value): Operator =>
  (left, right) =>
    typeof left === 'number' && typeof right === 'number' ? known(operation(left, right)) : null;

/** One side that is `decisive` decides, whatever the other may be. */
const decidedBy =
  (decisive: boolean): Operator =>
  (left, right) => {
    if (left === decisive || right === decisive) return decisive;
    return left === !decisive && right === !decisive ? !decisive : null;
  };

const whenAlike =
  (comparison: (left: Value, right: Value) => boolean): Operator =>
  (left, right) =>
    left !== null && typeof left === typeof right ? comparison(left, right) : null;

const OPERATORS = {
  and: decidedBy(false),
  or: decidedBy(true),
  '<': onNumbers((left, right) => left < right),
  '<=': onNumbers((left, right) => left <= right),
  '>': onNumbers((left, right) => left > right),
  '>=': onNumbers((left, right) => left >= right),
  '==': whenAlike((left, right) => left === right),
  '!=': whenAlike((left, right) => left !== right),
  '+': onNumbers((left, right) => left + right),
  '-': onNumbers((left, right) => left - right),
  '*': onNumbers((left, right) => left * right),
  '/': onNumbers((left, right) => left / right),
} as const satisfies Record<string, Operator>;
