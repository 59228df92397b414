/** Series of known making, for forecasts to be held against. */

export interface Random {
  readonly uniform: () => number;
  readonly normal: () => number;
}

/** The same numbers for the same seed (mulberry32; Box and Muller). */
export function createRandom(seed: number): Random {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return { uniform, normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()) };
}

type Family = (length: number, random: Random) => number[];

const each = (length: number, valueAt: (index: number) => number) => Array.from({ length }, (_, i) => valueAt(i));
/** Each value is the one before and a step. */
const walk = (length: number, step: () => number) => {
  let value = 1_000;
  return each(length, () => (value += step()));
};

export const FAMILIES: Readonly<Record<string, Family>> = {
  'trend and noise': (n, { normal }) => each(n, (i) => 1_000 + 2 * i + 10 * normal()),
  'noise alone': (n, { normal }) => each(n, () => 1_000 + 10 * normal()),
  'random walk': (n, { normal }) => walk(n, () => 5 * normal()),
  'random walk with drift': (n, { normal }) => walk(n, () => 2 + 5 * normal()),
  'trend and autocorrelated noise': (n, { normal }) => {
    let noise = 0;
    return each(n, (i) => 1_000 + 2 * i + (noise = 0.8 * noise + 6 * normal()));
  },
  'trend and weekends': (n, { normal }) => each(n, (i) => 1_000 + i + (i % 7 >= 5 ? -60 : 0) + 8 * normal()),
  'trend and outliers': (n, { normal, uniform }) =>
    each(n, (i) => 1_000 + 2 * i + 8 * normal() + (uniform() < 0.03 ? 200 : 0)),
  'growth and a purge': (n, { normal }) => each(n, (i) => 1_000 + 3 * i + 5 * normal() - (i >= n / 3 ? 400 : 0)),
  'growth in steps': (n, { uniform }) => walk(n, () => (uniform() < 0.3 ? 10 * uniform() : 0)),
};
