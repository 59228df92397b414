/** Reproducible noise as hooks have it: in logarithms of milliseconds, an hour a value. */

export interface Weather {
  /** Standard deviation from hour to hour. */
  readonly hourly: number;
  /** The same from day to day. */
  readonly daily?: number;
  /** Correlation of an hour with the one before. */
  readonly carry?: number;
  /** Share of hours that are several times as slow. */
  readonly spikes?: number;
}

export function noiseOf({ hourly, daily = 0, carry = 0, spikes = 0 }: Weather, seed: number, length: number): number[] {
  const { uniform, normal } = randomOf(seed);
  const fresh = Math.sqrt(1 - carry ** 2);
  let last = normal();
  let day = 0;
  return Array.from({ length }, (_, hour) => {
    if (hour % 24 === 0) day = daily * normal();
    last = carry * last + fresh * normal();
    return day + hourly * last + (uniform() < spikes ? 1.5 : 0);
  });
}

/** mulberry32, and deviates of Box and Muller. */
function randomOf(seed: number) {
  let state = Math.imul(seed, 0x9e37_79b1) >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}
