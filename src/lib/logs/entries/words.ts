/** Bytes compared and hashed four at a time, which is what a processor is good at. */

/** Bytes to compare with. */
export interface Pattern {
  readonly length: number;
  /** Four bytes each; the last ones overlap where the length is no multiple of four. */
  readonly words: Int32Array;
  /** All of it, for one shorter than a word. */
  readonly bytes: Uint8Array;
}

const WORD = 4;

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const copyOf = (view: DataView, start: number, end: number): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset + start, end - start).slice();

export function createPattern(bytes: Uint8Array): Pattern {
  const { length } = bytes;
  const view = viewOf(bytes);
  const words = Int32Array.from({ length: length < WORD ? 0 : Math.ceil(length / WORD) }, (_, index) =>
    view.getInt32(Math.min(index * WORD, length - WORD), true),
  );
  return { length, words, bytes };
}

/** Whether the pattern stands at `start`. */
export function matches(view: DataView, start: number, { length, words, bytes }: Pattern): boolean {
  if (start + length > view.byteLength) return false;
  if (length < WORD) return matchesBytes(view, start, bytes);
  const last = words.length - 1;
  for (let index = 0; index < last; index++) {
    if (view.getInt32(start + index * WORD, true) !== words[index]) return false;
  }
  return view.getInt32(start + length - WORD, true) === words[last];
}

function matchesBytes(view: DataView, start: number, bytes: Uint8Array): boolean {
  for (let index = 0; index < bytes.length; index++) {
    if (view.getUint8(start + index) !== bytes[index]) return false;
  }
  return true;
}

/** FNV-1a, a word at a time. */
export function hashOf(view: DataView, start: number, end: number): number {
  let value = end - start;
  if (value < WORD) {
    for (let at = start; at < end; at++) value = Math.imul(value ^ view.getUint8(at), PRIME);
  } else {
    for (let at = start; at < end - WORD; at += WORD) value = mix(value ^ view.getInt32(at, true));
    value = mix(value ^ view.getInt32(end - WORD, true));
  }
  return value ^ (value >>> 15);
}

const PRIME = 0x01000193;

function mix(value: number): number {
  const product = Math.imul(value, PRIME);
  return product ^ (product >>> 15);
}

const ONES = 0x01010101;
const HIGH_BITS = 0x80808080;
const SPACES = 0x20202020;
const QUOTES = 0x22222222;
const BACKSLASHES = 0x5c5c5c5c;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The first byte from `start` that is a quote, a backslash or a control character. There must be one.
 * By "Determine if a word has a byte less than n" of Anderson's "Bit Twiddling Hacks": the lowest bit found is right.
 */
export function endOfPlain(view: DataView, start: number): number {
  const last = view.byteLength - WORD;
  let at = start;
  for (; at <= last; at += WORD) {
    const word = view.getInt32(at, true);
    const quotes = word ^ QUOTES;
    const backslashes = word ^ BACKSLASHES;
    const found =
      (((quotes - ONES) & ~quotes) | ((backslashes - ONES) & ~backslashes) | ((word - SPACES) & ~word)) & HIGH_BITS;
    if (found !== 0) return at + ((31 - Math.clz32(found & -found)) >> 3);
  }
  while (isPlain(view.getUint8(at))) at++;
  return at;
}

const isPlain = (byte: number): boolean => byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH;
