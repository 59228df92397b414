import { suggest } from '../suggest.js';
import type { Condition, Expression } from './condition.js';
import { ConditionError } from './condition-error.js';
import { applyPrefix, type BinaryOperator, combine, type Operand, operandOf, requireType } from './operand.js';
import { type Token, tokenize } from './tokens.js';
import type { Term, Vocabulary } from './vocabulary.js';

/**
 * Parses a condition such as `hooks.errorRate > 5% && system.status !== 'critical'`: numbers, texts, names of metrics,
 * arithmetic, comparisons, `and or not` (or `&& || !`), parentheses. Names are looked up in the vocabulary and nowhere
 * else. Errors: `ConditionError`.
 */
export function parseCondition(text: string, vocabulary: Vocabulary): Condition {
  const reading: Reading = { tokens: tokenize(text), position: 0, depth: 0, vocabulary };
  const whole = parseLevel(reading, 0);
  const rest = next(reading);
  if (rest.type !== 'end') throw new ConditionError(rest.offset, 'expected an operator, such as > or and');
  requireType('boolean', whole);
  return { text, expression: whole.expression, paths: [...new Set(pathsOf(whole.expression))] };
}

interface Reading {
  readonly tokens: readonly Token[];
  readonly vocabulary: Vocabulary;
  position: number;
  depth: number;
}

/** From the loosest to the tightest. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ['or'],
  ['and'],
  ['<', '<=', '>', '>=', '==', '!='],
  ['+', '-'],
  ['*', '/'],
];
/** `not` is looser than a comparison, `!` tighter, as in the languages they are from. */
const NOT_LEVEL = 2;
const MAX_DEPTH = 32;

function parseLevel(reading: Reading, level: number): Operand {
  const operators = LEVELS[level];
  if (operators === undefined) return parsePrefixed(reading);
  if (level === NOT_LEVEL && peek(reading, 'not')) return prefixed(reading, 'not', () => parseLevel(reading, level));
  let left = parseLevel(reading, level + 1);
  for (;;) {
    const operator = operators.find((candidate) => peek(reading, candidate));
    if (operator === undefined) return left;
    next(reading);
    left = combine(operator, left, parseLevel(reading, level + 1));
  }
}

function parsePrefixed(reading: Reading): Operand {
  if (peek(reading, '!')) return prefixed(reading, 'not', () => parsePrefixed(reading));
  if (peek(reading, '-')) return prefixed(reading, 'negate', () => parsePrefixed(reading));
  return parsePrimary(reading);
}

function prefixed(reading: Reading, type: 'not' | 'negate', parse: () => Operand): Operand {
  const { offset } = next(reading);
  return applyPrefix(type, deeper(reading, offset, parse), offset);
}

function parsePrimary(reading: Reading): Operand {
  const token = next(reading);
  const { offset } = token;
  if (token.type === 'number') return operandOf({ type: 'number', value: token.value }, { ...token }, offset);
  if (token.type === 'text') return operandOf({ type: 'text', value: token.value }, TEXT, offset);
  if (token.type === 'name') return named(token.value, reading.vocabulary, offset);
  if (token.type === 'end') throw new ConditionError(offset, 'something is missing at the end');
  if (token.value === 'true' || token.value === 'false')
    return operandOf({ type: 'boolean', value: token.value === 'true' }, BOOLEAN, offset);
  if (token.value !== '(') throw new ConditionError(offset, 'expected a number, a text or the name of a metric');
  const inner = deeper(reading, offset, () => parseLevel(reading, 0));
  const closing = next(reading);
  if (closing.type === 'symbol' && closing.value === ')') return inner;
  throw new ConditionError(closing.offset, 'expected an operator or the closing parenthesis');
}

function deeper(reading: Reading, offset: number, parse: () => Operand): Operand {
  if (++reading.depth > MAX_DEPTH) throw new ConditionError(offset, `nested more than ${MAX_DEPTH} deep`);
  const operand = parse();
  reading.depth--;
  return operand;
}

const TEXT: Term = { type: 'text', unit: 'none' };
const BOOLEAN: Term = { type: 'boolean', unit: 'none' };

function named(name: string, { metrics, aliases }: Vocabulary, offset: number): Operand {
  const metric = metrics.get(name);
  if (metric) return operandOf({ type: 'metric', path: name }, metric, offset);
  const alias = aliases.get(name);
  if (alias === undefined)
    throw new ConditionError(offset, unknownMetric(name, [...metrics.keys(), ...aliases.keys()]));
  const term = alias.type === 'metric' ? metrics.get(alias.path) : undefined;
  return operandOf(alias, term ?? BOOLEAN, offset);
}

/** Near by its letters, or at home in another group: `system.memoryUsage` is `host.memoryUsage`. */
function unknownMetric(name: string, known: readonly string[]): string {
  const lastPart = name.slice(name.lastIndexOf('.'));
  const elsewhere = known.find((candidate) => candidate.endsWith(lastPart.startsWith('.') ? lastPart : `.${lastPart}`));
  const meant = suggest(name, known) ?? elsewhere;
  return `unknown metric ${name.slice(0, 60)}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}

const ENDING: Token = { type: 'end', offset: 0 };

function peek({ tokens, position }: Reading, symbol: string): boolean {
  const token = tokens[position];
  return token?.type === 'symbol' && token.value === symbol;
}

function next(reading: Reading): Token {
  const token = reading.tokens[reading.position] ?? reading.tokens.at(-1) ?? ENDING;
  reading.position++;
  return token;
}

function pathsOf(expression: Expression): readonly string[] {
  if (expression.type === 'metric') return [expression.path];
  if ('operand' in expression) return pathsOf(expression.operand);
  return 'left' in expression ? [...pathsOf(expression.left), ...pathsOf(expression.right)] : [];
}
