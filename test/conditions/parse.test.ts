import { describe, expect, test } from '@jest/globals';
import {
  ConditionError,
  evaluate,
  parseCondition,
  type Value,
  type Vocabulary,
} from '../../src/lib/conditions/index.js';

const vocabulary: Vocabulary = {
  metrics: new Map([
    ['status', { type: 'text', unit: 'none', words: ['healthy', 'warning', 'critical'] }],
    ['name', { type: 'text', unit: 'none' }],
    ['available', { type: 'boolean', unit: 'none' }],
    ['rate', { type: 'number', unit: 'fraction' }],
    ['mean', { type: 'number', unit: 'ms' }],
    ['age', { type: 'number', unit: 's' }],
    ['size', { type: 'number', unit: 'bytes' }],
    ['count', { type: 'number', unit: 'count' }],
    ['pace', { type: 'number', unit: 'perMinute' }],
    ['load', { type: 'number', unit: 'none' }],
    ['host.memoryUsage', { type: 'number', unit: 'fraction' }],
  ]),
  aliases: new Map([
    ['down', { type: '==', left: { type: 'metric', path: 'status' }, right: { type: 'text', value: 'critical' } }],
    ['error_rate', { type: 'metric', path: 'rate' }],
  ]),
};

const truthOf = (text: string, values: Readonly<Record<string, Value>> = {}) =>
  evaluate(parseCondition(text, vocabulary), new Map(Object.entries(values)));

describe('what conditions mean', () => {
  test.each([
    ["status === 'critical'", { status: 'critical' }, true],
    ['status == "critical"', { status: 'healthy' }, false],
    ["status !== 'healthy'", { status: 'warning' }, true],
    ["status != 'healthy' and not available", { status: 'warning', available: false }, true],
    ['available', { available: true }, true],
    ['available === false', { available: false }, true],
    ['!available || rate > 5%', { available: true, rate: 0.06 }, true],
    ['rate > 0.05', { rate: 0.05 }, false],
    ['rate >= 5 %', { rate: 0.05 }, true],
    ['error_rate > 0.05', { rate: 0.06 }, true],
    ['down', { status: 'critical' }, true],
    ['not down and available', { status: 'healthy', available: true }, true],
    ['mean > 2s', { mean: 2001 }, true],
    ['mean > 500ms', { mean: 500 }, false],
    ['age > 5m', { age: 300 }, false],
    ['age >= 5m', { age: 300 }, true],
    ['5m < age', { age: 301 }, true],
    ['age > 2 * 5m', { age: 601 }, true],
    ['age > 4m + 60s', { age: 301 }, true],
    ['age / 5m > 2', { age: 601 }, true],
    ['age > 50% * 20m', { age: 601 }, true],
    ['mean / 1s > 2', { mean: 2001 }, true],
    ['size > 1.5GiB', { size: 1.5 * 2 ** 30 + 1 }, true],
    ['load > 150%', { load: 1.51 }, true],
    ['count * 2 + 1 == 7', { count: 3 }, true],
    ['-count < -2', { count: 3 }, true],
    ['count > 1e2', { count: 101 }, true],
    ['1 + 2 * 3 == 7', {}, true],
    ['(1 + 2) * 3 == 9', {}, true],
    ['8 - 2 - 1 == 5', {}, true],
    ['8 / 2 / 2 == 2', {}, true],
    ['99.9 % == 0.999', {}, true],
    ['true or false and false', {}, true],
    ['not true or true', {}, true],
    ['not count > 3', { count: 3 }, true],
    ['(count > 3) == false', { count: 3 }, true],
  ] as const)('%s', (text, values, expected) => {
    expect(truthOf(text, values)).toBe(expected);
  });

  test('each metric it names, once, whatever it was called', () => {
    const { paths, text } = parseCondition('error_rate > 1% and rate < 5% or down', vocabulary);
    expect(paths).toEqual(['rate', 'status']);
    expect(text).toBe('error_rate > 1% and rate < 5% or down');
  });
});

describe('unknown stays unknown until something known decides', () => {
  test.each([
    ['rate > 0.01', {}, null],
    ['rate > 0.01', { rate: null }, null],
    ['rate > 0.01', { rate: Number.NaN }, null],
    ['rate > 0.01', { rate: Number.POSITIVE_INFINITY }, null],
    ['rate > 0.01', { rate: '1' }, null],
    ['not rate > 0.01', {}, null],
    ['rate != 0.01', {}, null],
    ["status != 'critical'", {}, null],
    ['available', {}, null],
    ['count / load > 1', { count: 0, load: 0 }, null],
    ['count / load > 1', { count: 1, load: 0 }, null],
    ['rate > 0.01 and available', { available: false }, false],
    ['rate > 0.01 and available', { available: true }, null],
    ['rate > 0.01 or available', { available: true }, true],
    ['rate > 0.01 or available', { available: false }, null],
    ['rate > 0 or rate <= 0', {}, null],
  ] as const)('%s over %j is %s', (text, values, expected) => {
    expect(truthOf(text, values)).toBe(expected);
  });
});

describe('what means nothing is refused, with its place', () => {
  const deep = (depth: number) => `${'('.repeat(depth)}available${')'.repeat(depth)}`;
  test.each([
    ['', 0, 'something is missing at the end'],
    ['   ', 3, 'something is missing at the end'],
    ['rate >', 6, 'something is missing at the end'],
    ['rate > 0.01 and', 15, 'something is missing at the end'],
    ['rate', 0, 'expected true or false here, this is a number'],
    ['5', 0, 'expected true or false here, this is a number'],
    ['status', 0, 'expected true or false here, this is a text'],
    ['rtae > 1', 0, 'unknown metric rtae; did you mean rate?'],
    ['system.memoryUsage > 1', 0, 'unknown metric system.memoryUsage; did you mean host.memoryUsage?'],
    ['nothingLikeIt > 1', 0, 'unknown metric nothingLikeIt'],
    ['rate > 1 rate', 9, 'expected an operator, such as > or and'],
    ['rate = 1', 5, 'write == to compare'],
    ['rate > 1 & available', 9, 'write && or and'],
    ['rate > 1 | available', 9, 'write || or or'],
    ["status == 'critical", 10, 'the closing quote is missing'],
    ["status == 'kritical'", 10, "is one of healthy, warning, critical; did you mean 'critical'?"],
    ["'down' == status", 0, 'this is never so'],
    ["status > 'critical'", 0, 'expected a number here, this is a text'],
    ['status == 1', 10, 'expected a text here, this is a number'],
    ["rate == 'high'", 8, 'expected a number here, this is a text'],
    ['rate and available', 0, 'expected true or false here, this is a number'],
    ['!rate > 1', 1, 'expected true or false here, this is a number'],
    ['-available == 1', 1, 'expected a number here, this is true or false'],
    ['1 < rate < 2', 0, 'expected a number here, this is true or false'],
    ['mean > 5%', 7, 'a share (0..1) cannot stand beside a time in milliseconds'],
    ['mean > age', 7, 'a time in seconds cannot stand beside a time in milliseconds'],
    ['count > 5m', 8, 'a time cannot stand beside a count'],
    ['pace * 5m > 10', 7, 'a time cannot stand beside a rate per minute'],
    ['count / 15m > 2', 8, 'a time cannot stand beside a count'],
    ['1h / size < 2', 0, 'a time cannot stand beside a size in bytes'],
    ['age > 5 parsecs', 8, 'expected an operator'],
    ['age > 5parsecs', 7, 'this is no unit'],
    ['age > 1e999', 6, 'the number is too large'],
    ['(available', 10, 'expected an operator or the closing parenthesis'],
    ['available)', 9, 'expected an operator'],
    ['()', 1, 'expected a number, a text or the name of a metric'],
    ['> 1', 0, 'expected a number, a text or the name of a metric'],
    ['a'.repeat(10_000), 1000, 'longer than 1000 characters'],
    [deep(33), 32, 'nested more than 32 deep'],
    [`${'!'.repeat(500)}available`, 32, 'nested more than 32 deep'],
    [`${'-'.repeat(900)}1 > 0`, 32, 'nested more than 32 deep'],
    ['('.repeat(10_000), 1000, 'longer than 1000 characters'],
  ])('%s', (text, offset, what) => {
    const refusal = refusalOf(text);
    expect(refusal.offset).toBe(offset);
    expect(refusal.message).toContain(`at character ${offset + 1} of the condition: `);
    expect(refusal.message).toContain(what);
    expect(refusal.code).toBe('VOPS-CONFIG-INVALID');
  });

  test('32 levels are allowed', () => {
    expect(truthOf(deep(32), { available: true })).toBe(true);
  });

  test.each([
    '__proto__',
    'constructor',
    'toString()',
    'hasOwnProperty',
    'rate.constructor == 1',
    'rate["constructor"] == 1',
    "constructor.constructor('return process')()",
    ['`$', '{process.exit(1)}` == name'].join(''),
    "process.env.PATH == 'x'",
    "require('fs')",
    'this == name',
    'globalThis',
    "name == 'a' + 'b'",
    'rate > 1; process.exit(1)',
    'rate => rate',
    '(() => 1)()',
    'rate ? true : false',
    "name == '\\u0027'",
    'rate > 1 // comment',
    'null == name',
    '[] == name',
    '/a/.test(name)',
    'rate\u0000 > 1',
    '\u202erate > 1',
    'ｒate > 1',
    'new Function("return 1")()',
    'import("node:fs")',
  ])('nothing breaks out: %s', (text) => {
    expect(refusalOf(text)).toBeInstanceOf(ConditionError);
  });
});

function refusalOf(text: string): ConditionError {
  try {
    parseCondition(text, vocabulary);
  } catch (error) {
    if (error instanceof ConditionError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}
