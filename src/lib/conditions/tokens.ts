/** A condition's text as tokens. */
import { BYTES, MILLISECONDS } from '../units.js';
import { ConditionError } from './condition-error.js';

/** A duration is in milliseconds until it meets a metric in seconds. */
type LiteralUnit = 'duration' | 'bytes' | 'fraction';

export type Token =
  | { readonly type: 'number'; readonly value: number; readonly unit: LiteralUnit | undefined; readonly offset: number }
  | { readonly type: 'text' | 'name' | 'symbol'; readonly value: string; readonly offset: number }
  | { readonly type: 'end'; readonly offset: number };

const MAX_LENGTH = 1000;

/** Symbols and keywords in one spelling each: `===` is `==`, `&&` is `and`. Errors: `ConditionError`. */
export function tokenize(text: string): Token[] {
  if (text.length > MAX_LENGTH) throw new ConditionError(MAX_LENGTH, `it is longer than ${MAX_LENGTH} characters`);
  const tokens: Token[] = [];
  let offset = skipSpace(text, 0);
  while (offset < text.length) {
    TOKEN.lastIndex = offset;
    const match = TOKEN.exec(text);
    if (!match) throw new ConditionError(offset, describeStray(text.charAt(offset)));
    tokens.push(tokenOf(match, offset));
    offset = skipSpace(text, TOKEN.lastIndex);
  }
  return [...tokens, { type: 'end', offset: text.length }];
}

const NUMBER = /(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(\s*%|[A-Za-z]+)?/.source;
const NAME = /([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)/.source;
const TEXT = /'([^'\\]*)'|"([^"\\]*)"/.source;
const SYMBOL = /([=!]==?|<=?|>=?|&&|\|\||[!()+*/-])/.source;
const TOKEN = new RegExp(`${NUMBER}|${NAME}|${TEXT}|${SYMBOL}`, 'y');

function skipSpace(text: string, from: number): number {
  let offset = from;
  while (offset < text.length && text.charAt(offset).trim() === '') offset++;
  return offset;
}

const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['===', '=='],
  ['!==', '!='],
  ['&&', 'and'],
  ['||', 'or'],
]);
const KEYWORDS: readonly string[] = ['and', 'or', 'not', 'true', 'false'];

/** The groups of `TOKEN` in their order: names would cost a third of the time. */
type Match = readonly (string | undefined)[];

function tokenOf([, number, unit, name, single, double, symbol]: Match, offset: number): Token {
  if (number !== undefined) return numberToken(number, unit?.trim(), offset);
  if (symbol !== undefined) return { type: 'symbol', value: SPELLINGS.get(symbol) ?? symbol, offset };
  if (name !== undefined) return { type: KEYWORDS.includes(name) ? 'symbol' : 'name', value: name, offset };
  return { type: 'text', value: single ?? double ?? '', offset };
}

const factors = (units: Readonly<Record<string, number>>, unit: LiteralUnit) =>
  Object.entries(units).map(([name, factor]) => [name, { factor, unit }] as const);
const SUFFIXES = new Map([
  ...factors({ '%': 0.01 }, 'fraction'),
  ...factors(MILLISECONDS, 'duration'),
  ...factors(BYTES, 'bytes'),
]);

const PLAIN = { factor: 1, unit: undefined };
const UNKNOWN = { factor: undefined, unit: undefined };

function numberToken(digits: string, suffix: string | undefined, offset: number): Token {
  const { factor, unit } = suffix === undefined ? PLAIN : (SUFFIXES.get(suffix) ?? UNKNOWN);
  if (factor === undefined) {
    const units = 'write %, a time such as 500ms or 5m, or a size such as 100MB';
    throw new ConditionError(offset + digits.length, `this is no unit: ${units}`);
  }
  // 99.9 % is 0.999: the last of the 17 digits is an artefact of the multiplication.
  const value = factor === 1 ? Number(digits) : Number((Number(digits) * factor).toPrecision(15));
  if (!Number.isFinite(value)) throw new ConditionError(offset, 'the number is too large');
  return { type: 'number', value, unit, offset };
}

const STRAY: ReadonlyMap<string, string> = new Map([
  ["'", 'the closing quote is missing'],
  ['"', 'the closing quote is missing'],
  ['=', 'write == to compare'],
  ['&', 'write && or and'],
  ['|', 'write || or or'],
]);

const describeStray = (character: string): string => STRAY.get(character) ?? 'this character has no meaning here';
