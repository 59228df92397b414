/** Reading values out of bytes, without a string between. */

export interface Cursor {
  bytes: Buffer;
  /** The next byte. */
  at: number;
  end: number;
}

const [ZERO, NINE, MINUS, PLUS, POINT] = [0x30, 0x39, 0x2d, 0x2b, 0x2e];
const [SMALL_E, LARGE_E] = [0x65, 0x45];
/** Exact as a double up to here. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

/** A decimal number, right to its 15th digit; NaN, and no step on, where there is none. */
export function readNumber(cursor: Cursor): number {
  const { bytes, end } = cursor;
  const isNegative = bytes[cursor.at] === MINUS;
  let at = isNegative ? cursor.at + 1 : cursor.at;
  const first = at;
  let mantissa = 0;
  let point = -1;
  for (; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= ZERO && byte <= NINE) mantissa = mantissa * 10 + (byte - ZERO);
    else if (byte === POINT && point === -1) point = at + 1;
    else break;
  }
  const decimals = point === -1 ? 0 : at - point;
  if (at - first - (point === -1 ? 0 : 1) <= 0) return Number.NaN;
  cursor.at = at;
  const exponent = readExponent(cursor) - decimals;
  const size = POWERS[Math.abs(exponent)] ?? 10 ** Math.abs(exponent);
  const value = exponent < 0 ? mantissa / size : mantissa * size;
  return isNegative ? -value : value;
}

/** 0 where there is none. */
function readExponent(cursor: Cursor): number {
  const { bytes, end } = cursor;
  const mark = bytes[cursor.at];
  if (mark !== SMALL_E && mark !== LARGE_E) return 0;
  const sign = bytes[cursor.at + 1];
  let at = cursor.at + (sign === MINUS || sign === PLUS ? 2 : 1);
  let exponent = 0;
  for (; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) break;
    exponent = exponent * 10 + (byte - ZERO);
  }
  cursor.at = at;
  return sign === MINUS ? -exponent : exponent;
}

/** Names as bytes → what they stand for. They come round in the same order, line by line: the next one is tried first. */
export function createDictionary(
  meaningOf: (name: string) => number,
): (bytes: Buffer, start: number, end: number) => number {
  const entries: { readonly name: Buffer; readonly meaning: number }[] = [];
  const known = new Map<string, number>();
  let next = 0;
  return (bytes, start, end) => {
    const expected = entries[next];
    if (expected && isSame(expected.name, bytes, { start, end })) {
      next = next + 1 === entries.length ? 0 : next + 1;
      return expected.meaning;
    }
    const name = bytes.toString('utf8', start, end);
    let index = known.get(name);
    if (index === undefined) {
      known.set(name, (index = entries.length));
      entries.push({ name: Buffer.from(bytes.subarray(start, end)), meaning: meaningOf(name) });
    }
    next = index + 1 === entries.length ? 0 : index + 1;
    return entries[index]?.meaning ?? 0;
  };
}

function isSame(
  name: Buffer,
  bytes: Buffer,
  { start, end }: { readonly start: number; readonly end: number },
): boolean {
  if (name.length !== end - start) return false;
  for (let index = 0; index < name.length; index++) if (name[index] !== bytes[start + index]) return false;
  return true;
}
