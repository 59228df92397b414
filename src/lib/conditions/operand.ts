/** Parts of a condition with what is known of them, and the rules by which they go together. */
import { suggest } from '../suggest.js';
import type { Expression } from './condition.js';
import { ConditionError } from './condition-error.js';
import type { Term, Unit } from './vocabulary.js';

/** Undefined is a plain number, which goes with every unit; `duration` a literal in milliseconds. */
type OperandUnit = Exclude<Unit, 'none'> | 'duration' | undefined;

export interface Operand {
  readonly expression: Expression;
  readonly type: Term['type'];
  readonly unit: OperandUnit;
  readonly words: readonly string[] | undefined;
  /** Where it begins. */
  readonly offset: number;
}

export type BinaryOperator = Extract<Expression, { readonly left: Expression }>['type'];

export const operandOf = (
  expression: Expression,
  { type, unit, words }: Omit<Term, 'unit'> & { readonly unit: Unit | OperandUnit },
  offset: number,
): Operand => ({ expression, type, unit: unit === 'none' ? undefined : unit, words, offset });

/** Both sides under the operator. Errors: `ConditionError` for what cannot be compared or computed. */
export function combine(operator: BinaryOperator, left: Operand, right: Operand): Operand {
  return RULES[operator](operator, left, right);
}

/** The operand with `not`, `!` or a minus before it. */
export function applyPrefix(type: 'not' | 'negate', operand: Operand, offset: number): Operand {
  requireType(type === 'not' ? 'boolean' : 'number', operand);
  return { ...operand, expression: { type, operand: operand.expression }, offset };
}

const WORDS = { number: 'a number', text: 'a text', boolean: 'true or false' } as const;

/** Refuses an operand of another type. */
export function requireType(type: Term['type'], operand: Operand): void {
  if (operand.type === type) return;
  throw new ConditionError(operand.offset, `expected ${WORDS[type]} here, this is ${WORDS[operand.type]}`);
}

type Rule = (operator: BinaryOperator, left: Operand, right: Operand) => Operand;

const logical: Rule = (type, left, right) => {
  requireType('boolean', left);
  requireType('boolean', right);
  return made(type, left, right);
};

const ordering: Rule = (type, left, right) => {
  requireType('number', left);
  requireType('number', right);
  const [first, second] = inOneUnit(left, right);
  return verdict(made(type, first, second));
};

const equality: Rule = (type, left, right) => {
  requireType(left.type, right);
  if (left.type === 'number') return ordering(type, left, right);
  requireKnownWord(left, right);
  requireKnownWord(right, left);
  return verdict(made(type, left, right));
};

const sum: Rule = (type, left, right) => {
  requireType('number', left);
  requireType('number', right);
  const [first, second] = inOneUnit(left, right);
  return { ...made(type, first, second), unit: first.unit ?? second.unit };
};

/** A share of something is counted in what it is a share of; a quotient of like things is a plain number. */
const product: Rule = (type, left, right) => {
  requireType('number', left);
  requireType('number', right);
  const bothTimes = isTime(left.unit) && isTime(right.unit);
  // A time as it is written is in milliseconds, which nobody means who multiplies a rate per minute with it.
  const isWritten = [left, right].some(({ unit }) => unit === 'duration');
  const isPlain = [left, right].some(({ unit }) => unit === undefined || unit === 'fraction');
  const [first, second] = bothTimes || (isWritten && !isPlain) ? inOneUnit(left, right) : [left, right];
  const units = [first.unit, second.unit].filter((unit) => unit !== undefined && unit !== 'fraction');
  const isRatio = units.length === 2 || (type === '/' && second.unit === units[0]);
  return { ...made(type, first, second), unit: isRatio ? undefined : units[0] };
};

const RULES: Readonly<Record<BinaryOperator, Rule>> = {
  and: logical,
  or: logical,
  '<': ordering,
  '<=': ordering,
  '>': ordering,
  '>=': ordering,
  '==': equality,
  '!=': equality,
  '+': sum,
  '-': sum,
  '*': product,
  '/': product,
};

const made = (type: BinaryOperator, left: Operand, right: Operand): Operand => ({
  ...left,
  expression: { type, left: left.expression, right: right.expression },
  words: undefined,
});

const verdict = (operand: Operand): Operand => ({ ...operand, type: 'boolean', unit: undefined });

const isTime = (unit: OperandUnit): boolean => unit === 'ms' || unit === 's' || unit === 'duration';

/** A duration takes the unit of the metric beside it; other units must be the same. */
function inOneUnit(left: Operand, right: Operand): readonly [Operand, Operand] {
  if (left.unit === 'duration' && right.unit !== undefined) return [inUnitOf(right, left), right];
  if (right.unit === 'duration' && left.unit !== undefined) return [left, inUnitOf(left, right)];
  if (left.unit === undefined || right.unit === undefined || left.unit === right.unit) return [left, right];
  throw new ConditionError(right.offset, `${NAMES[right.unit]} cannot stand beside ${NAMES[left.unit]}`);
}

function inUnitOf({ unit }: Operand, duration: Operand): Operand {
  if (unit === 'ms' || unit === 'duration') return { ...duration, unit };
  if (unit === 's') return { ...duration, unit, expression: inSeconds(duration.expression) };
  throw new ConditionError(duration.offset, `a time cannot stand beside ${NAMES[unit ?? 'count']}`);
}

function inSeconds(milliseconds: Expression): Expression {
  if (milliseconds.type === 'number') return { type: 'number', value: milliseconds.value / 1000 };
  return { type: '/', left: milliseconds, right: { type: 'number', value: 1000 } };
}

const NAMES = {
  ms: 'a time in milliseconds',
  s: 'a time in seconds',
  duration: 'a time',
  fraction: 'a share (0..1)',
  count: 'a count',
  bytes: 'a size in bytes',
  perMinute: 'a rate per minute',
} as const;

function requireKnownWord({ words }: Operand, { expression, offset }: Operand): void {
  if (words === undefined || expression.type !== 'text' || words.includes(expression.value)) return;
  const meant = suggest(expression.value, words);
  const hint = meant === undefined ? '' : `; did you mean '${meant}'?`;
  throw new ConditionError(offset, `this is never so: the metric is one of ${words.join(', ')}${hint}`);
}
