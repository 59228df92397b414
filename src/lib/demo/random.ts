/** Reproducible choices, no secrets: Lehmer's generator (Park and Miller, 1988). */
import { createHash } from 'node:crypto';

export interface Random {
  /** A whole number from 0 to one less than `choices`. */
  readonly below: (choices: number) => number;
  /** From 0, 1 excluded. */
  readonly share: () => number;
  /** Of the standard normal distribution (Box and Muller, 1958). */
  readonly normal: () => number;
  /** Events where `mean` are expected (Knuth's method; beyond 30 the normal distribution is as good). */
  readonly poisson: (mean: number) => number;
}

const MODULUS = 2_147_483_647;

export function createRandom(seed: number): Random {
  let state = (seed % (MODULUS - 1)) + 1;
  const next = () => {
    state = (state * 48_271) % MODULUS;
    return state;
  };
  const share = () => (next() - 1) / MODULUS;
  const normal = () => Math.sqrt(-2 * Math.log(1 - share())) * Math.cos(2 * Math.PI * share());
  return {
    below: (choices) => next() % choices,
    share,
    normal,
    poisson: (mean) => {
      if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
      let events = 0;
      for (let rest = share(); rest > Math.exp(-mean); rest *= share()) events += 1;
      return events;
    },
  };
}

/** A generator of its own for a part: what one part draws does not change another. */
export const randomFor = (seed: number, part: string): Random =>
  createRandom(createHash('sha256').update(`${seed} ${part}`).digest().readUInt32BE(0));
