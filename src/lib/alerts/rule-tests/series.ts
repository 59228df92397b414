/** Input series of rule tests, written as promtool writes them: `0 0.1x3 1+2x5 _x4`. */
import type { Value } from '../../conditions/index.js';

/** More samples than any test needs, so that a slip of the finger does not take all memory. */
const MAX_SAMPLES = 100_000;

const NUMBER = String.raw`-?\d+(?:\.\d+)?(?:e[+-]?\d+)?`;
/** `a`, `axn`, `a+bxn`, `a-bxn`: n more samples after the first, each with b added. */
const NUMERIC = new RegExp(`^(${NUMBER})(?:([+-]${NUMBER.slice(2)})?x(\\d+))?$`, 'i');
/** `_`, `_xn` (n of them), and words: `critical`, `criticalx3` (three more). */
const GAP = /^_(?:x(\d+))?$/;
const WORD = /^([a-z]+?)(?:x(\d+))?$/i;

/**
 * One value an evaluation; `_` is a sample that was not measured.
 * @throws RangeError that names the part which is none.
 */
export function parseSeries(text: string): Value[] {
  const values: Value[] = [];
  for (const part of text.trim().split(/\s+/)) {
    const { first, step, count } = parsePart(part);
    if (values.length + count > MAX_SAMPLES) throw new RangeError(`more than ${MAX_SAMPLES} samples`);
    for (let index = 0; index < count; index++) {
      values.push(typeof first === 'number' ? first + index * step : first);
    }
  }
  return values;
}

interface Part {
  readonly first: Value;
  readonly step: number;
  readonly count: number;
}

function parsePart(part: string): Part {
  const [, number, step = '0', more = '0'] = NUMERIC.exec(part) ?? [];
  if (number !== undefined) return { first: Number(number), step: Number(step), count: Number(more) + 1 };
  const gap = GAP.exec(part);
  if (gap) return { first: null, step: 0, count: Number(gap[1] ?? 1) };
  const [, word, repeats = '0'] = WORD.exec(part) ?? [];
  if (word === undefined) throw new RangeError(`"${part}" is no part of a series, such as 0.1x3, 1+2x5, _ or critical`);
  const first = word === 'true' || word === 'false' ? word === 'true' : word;
  return { first, step: 0, count: Number(repeats) + 1 };
}
