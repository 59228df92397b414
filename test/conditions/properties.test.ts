import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ConditionError,
  type Expression,
  evaluate,
  parseCondition,
  possibleValues,
  type Truth,
  type Value,
  type Vocabulary,
} from '../../src/lib/conditions/index.js';

const WORDS = ['healthy', 'warning', 'critical'];
const vocabulary: Vocabulary = {
  metrics: new Map([
    ['a.b', { type: 'number', unit: 'none' }],
    ['c', { type: 'number', unit: 'none' }],
    ['status', { type: 'text', unit: 'none', words: WORDS }],
    ['ready', { type: 'boolean', unit: 'none' }],
  ]),
  aliases: new Map(),
};

const COMPARISONS = ['<', '<=', '>', '>=', '==', '!='] as const;
const number = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.double({ min: 0, max: 1e9, noNaN: true }));
const word = fc.constantFrom(...WORDS).map((value): Expression => ({ type: 'text', value }));
const metric = (path: string) => fc.constant<Expression>({ type: 'metric', path });
const binary = (
  operators: readonly Extract<Expression, { left: Expression }>['type'][],
  side: fc.Arbitrary<Expression>,
) => fc.record({ type: fc.constantFrom(...operators), left: side, right: side }) as fc.Arbitrary<Expression>;

/** Well-typed trees only. */
const { truth } = fc.letrec<{ number: Expression; truth: Expression }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    number.map((value): Expression => ({ type: 'number', value })),
    metric('a.b'),
    metric('c'),
    binary(['+', '-', '*', '/'], tie('number')),
    tie('number').map((operand): Expression => ({ type: 'negate', operand })),
  ),
  truth: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.boolean().map((value): Expression => ({ type: 'boolean', value })),
    metric('ready'),
    binary(COMPARISONS, tie('number')),
    binary(['==', '!='], fc.oneof(metric('status'), word)),
    binary(['and', 'or', '==', '!='], tie('truth')),
    tie('truth').map((operand): Expression => ({ type: 'not', operand })),
  ),
}));

const values = fc
  .record({
    'a.b': fc.option(fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double())),
    c: fc.option(fc.integer({ min: -3, max: 3 })),
    status: fc.option(fc.constantFrom(...WORDS)),
    ready: fc.option(fc.boolean()),
  })
  .map((found) => new Map<string, Value>(Object.entries(found)));

describe('what is printed, parsed and evaluated is what a reference evaluates', () => {
  test.each([
    ['every part in parentheses', printAll],
    ['no parentheses but the needed ones, in the spelling of JavaScript', printLeast],
  ])('%s', (_, print) => {
    fc.assert(
      fc.property(truth, values, (expression, sample) => {
        const text = print(expression);
        fc.pre(text.length <= 1000);
        const { expression: parsed } = parseCondition(text, vocabulary);
        expect(evaluate({ expression: parsed }, sample)).toBe(reference(expression, sample));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('anything but a condition is a ConditionError, whatever it is', () => {
  const soup = fc
    .array(
      fc.constantFrom(
        'a.b',
        'c',
        'status',
        'ready',
        "'critical'",
        '"',
        "'",
        '(',
        ')',
        '<',
        '==',
        '&&',
        'or',
        'not',
        '!',
        '-',
        '5',
        '5m',
        '1e9',
        '%',
        '.',
        ',',
        ' ',
        '\n',
        '\\',
        '`',
        '__proto__',
        'constructor',
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join(' '));

  test.each<[string, fc.Arbitrary<string>, number]>([
    ['text', fc.string({ unit: 'binary', maxLength: 1200 }), 500],
    ['words of the language in any order', soup, 3000],
    ['10 kB', fc.string({ minLength: 10_000, maxLength: 10_000 }), 20],
    ['depth 10,000', fc.constantFrom('(', '!', '-', 'not ', '((-').map((part) => part.repeat(10_000)), 5],
  ])('%s', (_, texts, numRuns) => {
    fc.assert(
      fc.property(texts, values, (text, sample) => {
        const truthOrError = attempt(text, sample);
        expect([true, false, null, 'ConditionError']).toContain(truthOrError);
      }),
      { numRuns },
    );
  });
});

test('possible values: what is never true among them is never true', () => {
  const comparisons = fc.letrec<{ truth: Expression }>((tie) => ({
    truth: fc.oneof(
      { maxDepth: 3 },
      metric('ready'),
      fc.record({
        type: fc.constantFrom(...COMPARISONS),
        left: fc.oneof(metric('a.b'), metric('c')),
        right: fc.integer({ min: -3, max: 3 }).map((value): Expression => ({ type: 'number', value })),
      }) as fc.Arbitrary<Expression>,
      binary(['==', '!='], fc.oneof(metric('status'), word)),
      binary(['and', 'or'], tie('truth')),
      tie('truth').map((operand): Expression => ({ type: 'not', operand })),
    ),
  })).truth;
  fc.assert(
    fc.property(comparisons, values, (expression, sample) => {
      const text = printAll(expression);
      fc.pre(text.length <= 1000);
      const condition = parseCondition(text, vocabulary);
      const truths = possibleValues([condition], vocabulary.metrics)?.map((found) => evaluate(condition, found));
      const found = evaluate(condition, sample);
      if (truths !== undefined && found !== null) expect(truths).toContain(found);
    }),
    { numRuns: 1000 },
  );
});

function attempt(text: string, sample: ReadonlyMap<string, Value>): Truth | string {
  try {
    return evaluate(parseCondition(text, vocabulary), sample);
  } catch (error) {
    if (error instanceof ConditionError) return 'ConditionError';
    throw error;
  }
}

function printAll(expression: Expression): string {
  if (expression.type === 'metric') return expression.path;
  if (expression.type === 'text') return `'${expression.value}'`;
  if ('value' in expression) return String(expression.value);
  if ('operand' in expression) return `(${expression.type === 'not' ? 'not' : '-'} ${printAll(expression.operand)})`;
  return `(${printAll(expression.left)} ${expression.type} ${printAll(expression.right)})`;
}

const TIGHTNESS = { or: 0, and: 1, '<': 2, '<=': 2, '>': 2, '>=': 2, '==': 2, '!=': 2, '+': 3, '-': 3, '*': 4, '/': 4 };
const SPELLED: Readonly<Record<string, string>> = { or: '||', and: '&&', '==': '===', '!=': '!==' };

function printLeast(expression: Expression, least = 0): string {
  if (expression.type === 'metric') return expression.path;
  if (expression.type === 'text') return `"${expression.value}"`;
  if ('value' in expression) return String(expression.value);
  if ('operand' in expression) return `${expression.type === 'not' ? '!' : '-'}${printLeast(expression.operand, 5)}`;
  const tightness = TIGHTNESS[expression.type];
  const text = `${printLeast(expression.left, tightness)}${SPELLED[expression.type] ?? ` ${expression.type} `}${printLeast(expression.right, tightness + 1)}`;
  return tightness < least ? `(${text})` : text;
}

/** Truths as 0, 1/2 and 1, so that `and` is the smaller, `or` the larger; unknown numbers as NaN. */
function reference(expression: Expression, sample: ReadonlyMap<string, Value>): Truth {
  const degree = truthDegree(expression, sample);
  return degree === 0.5 ? null : degree === 1;
}

function truthDegree(expression: Expression, sample: ReadonlyMap<string, Value>): number {
  if (expression.type === 'boolean') return Number(expression.value);
  if (expression.type === 'metric') {
    const value = sample.get(expression.path);
    return typeof value === 'boolean' ? Number(value) : 0.5;
  }
  if (expression.type === 'not') return 1 - truthDegree(expression.operand, sample);
  if (!('left' in expression)) throw new Error(`${expression.type} is no truth`);
  const { type, left, right } = expression;
  if (type === 'and') return Math.min(truthDegree(left, sample), truthDegree(right, sample));
  if (type === 'or') return Math.max(truthDegree(left, sample), truthDegree(right, sample));
  return comparisonDegree(type, left, right, sample);
}

function comparisonDegree(
  type: string,
  left: Expression,
  right: Expression,
  sample: ReadonlyMap<string, Value>,
): number {
  const [one, other] = [left, right].map((side) => operandOf(side, sample));
  if (one === undefined || other === undefined || Number.isNaN(one) || Number.isNaN(other)) return 0.5;
  const order = one < other ? -1 : one > other ? 1 : 0;
  const verdicts: Readonly<Record<string, boolean>> = {
    '<': order < 0,
    '<=': order <= 0,
    '>': order > 0,
    '>=': order >= 0,
    '==': order === 0,
    '!=': order !== 0,
  };
  return Number(verdicts[type]);
}

/** Undefined or NaN for what is unknown; truths as their degree, unknown ones left out. */
function operandOf(expression: Expression, sample: ReadonlyMap<string, Value>): string | number | undefined {
  if (expression.type === 'text') return expression.value;
  if (expression.type === 'metric' && expression.path === 'status')
    return (sample.get('status') as string) ?? undefined;
  const isTruth = ['boolean', 'not', 'and', 'or', ...COMPARISONS].includes(expression.type);
  if (isTruth || (expression.type === 'metric' && expression.path === 'ready')) {
    const degree = truthDegree(expression, sample);
    return degree === 0.5 ? undefined : degree;
  }
  return arithmetic(expression, sample);
}

function arithmetic(expression: Expression, sample: ReadonlyMap<string, Value>): number {
  const finite = (value: number) => (Number.isFinite(value) ? value : Number.NaN);
  if (expression.type === 'number') return expression.value;
  if (expression.type === 'metric') return finite((sample.get(expression.path) as number | null) ?? Number.NaN);
  if (expression.type === 'negate') return -arithmetic(expression.operand, sample);
  if (!('left' in expression)) throw new Error(`${expression.type} is no number`);
  const [left, right] = [arithmetic(expression.left, sample), arithmetic(expression.right, sample)];
  if (expression.type === '+') return finite(left + right);
  if (expression.type === '-') return finite(left - right);
  return finite(expression.type === '*' ? left * right : left / right);
}
