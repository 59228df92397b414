/**
 * Where the values of a JSON text end. Every function takes the position a value begins at and returns the position
 * after it, or `UNUSUAL` for what is no JSON, or JSON that is left to `JSON.parse`. A line feed, which must follow, stops
 * every loop: it is in no string and in no number.
 */
import { endOfPlain } from './words.js';

export const UNUSUAL = -1;

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const LETTER_U = 0x75;
/** Deeper values are unusual: a line of a million brackets must not exhaust the stack. */
const MAX_DEPTH = 32;

const ESCAPES = new Set(Buffer.from('"\\/bfnrt'));

/** The closing quote of a string, from a backslash in it. */
export function endOfEscaped(view: DataView, backslash: number): number {
  let at = backslash;
  while (view.getUint8(at) === BACKSLASH) {
    const letter = view.getUint8(at + 1);
    if (letter !== LETTER_U && !ESCAPES.has(letter)) return UNUSUAL;
    if (letter === LETTER_U && !isHex(view, at + 2)) return UNUSUAL;
    at = endOfPlain(view, at + (letter === LETTER_U ? 6 : 2));
  }
  return view.getUint8(at) === QUOTE ? at : UNUSUAL;
}

function isHex(view: DataView, at: number): boolean {
  for (let digit = at; digit < at + 4; digit++) {
    const byte = view.getUint8(digit) | 0x20;
    if (!isDigit(view.getUint8(digit)) && !(byte >= 0x61 && byte <= 0x66)) return false;
  }
  return true;
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= ZERO + 9;

export const startsNumber = (byte: number): boolean => byte === MINUS || isDigit(byte);

export function endOfNumber(view: DataView, start: number): number {
  let at = view.getUint8(start) === MINUS ? start + 1 : start;
  if (!isDigit(view.getUint8(at))) return UNUSUAL;
  at = view.getUint8(at) === ZERO ? at + 1 : endOfDigits(view, at);
  if (view.getUint8(at) === POINT) {
    if (!isDigit(view.getUint8(at + 1))) return UNUSUAL;
    at = endOfDigits(view, at + 1);
  }
  if ((view.getUint8(at) | 0x20) !== 0x65) return at;
  at += view.getUint8(at + 1) === PLUS || view.getUint8(at + 1) === MINUS ? 2 : 1;
  return isDigit(view.getUint8(at)) ? endOfDigits(view, at) : UNUSUAL;
}

function endOfDigits(view: DataView, start: number): number {
  let at = start;
  while (isDigit(view.getUint8(at))) at++;
  return at;
}

/** After spaces, tabs and carriage returns; a line feed ends the line. */
export function skipBlanks(view: DataView, start: number): number {
  let at = start;
  while (view.getUint8(at) === 0x20 || view.getUint8(at) === 0x09 || view.getUint8(at) === 0x0d) at++;
  return at;
}

/** A value of any kind, whose content nobody asks for. */
export function endOfValue(view: DataView, start: number, depth = 0): number {
  const first = view.getUint8(start);
  if (first === QUOTE) {
    const end = endOfPlain(view, start + 1);
    const close = view.getUint8(end) === QUOTE ? end : endOfEscaped(view, end);
    return close === UNUSUAL ? UNUSUAL : close + 1;
  }
  if (startsNumber(first)) return endOfNumber(view, start);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfContainer(view, start, depth);
  return endOfLiteral(view, start);
}

const LITERALS = ['true', 'false', 'null'].map((word) => Buffer.from(word));

function endOfLiteral(view: DataView, start: number): number {
  const found = LITERALS.find((word) => word.every((byte, index) => view.getUint8(start + index) === byte));
  return found === undefined ? UNUSUAL : start + found.length;
}

function endOfContainer(view: DataView, start: number, depth: number): number {
  if (depth === MAX_DEPTH) return UNUSUAL;
  const isObject = view.getUint8(start) === OPEN_BRACE;
  const close = isObject ? CLOSE_BRACE : CLOSE_BRACKET;
  let at = skipBlanks(view, start + 1);
  if (view.getUint8(at) === close) return at + 1;
  for (;;) {
    if (isObject) at = endOfKey(view, at);
    at = at === UNUSUAL ? UNUSUAL : endOfValue(view, at, depth + 1);
    if (at === UNUSUAL) return UNUSUAL;
    at = skipBlanks(view, at);
    if (view.getUint8(at) === close) return at + 1;
    if (view.getUint8(at) !== COMMA) return UNUSUAL;
    at = skipBlanks(view, at + 1);
  }
}

/** From a key to where its value begins. */
function endOfKey(view: DataView, start: number): number {
  if (view.getUint8(start) !== QUOTE) return UNUSUAL;
  const end = endOfValue(view, start);
  const colon = end === UNUSUAL ? UNUSUAL : skipBlanks(view, end);
  return colon !== UNUSUAL && view.getUint8(colon) === COLON ? skipBlanks(view, colon + 1) : UNUSUAL;
}
