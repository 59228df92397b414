/** How far off a forecast may be, by what its model missed in the back-test. Pure. */

import { select } from '../../statistics/index.js';
import type { Miss } from './back-test.js';

/** Half the width of the interval, by days ahead: never narrower than for a day before. */
export type Spread = (horizon: number) => number;

interface Bin {
  /** Mean horizon of its misses. */
  readonly horizon: number;
  readonly width: number;
}

/** Misses that a quantile needs. */
const FEWEST = 10;
/** Each bin of horizons ends at so many times the end of the one before. */
const GROWTH = 1.5;
/** What is farther ahead than any miss: as a random walk at least, as an unknown slope at most. */
const SLOWEST = 0.5;
const FASTEST = 1;

/**
 * Split conformal (Vovk, Lei): the quantile of the absolute misses, with the correction for their number, in bins of
 * horizons that grow like them.
 * @param coverage share of the values that should lie inside, such as 0.8
 */
export function spreadOf(misses: readonly Miss[], coverage: number): Spread {
  const bins = monotone(
    binsOf(misses).map((bin) => ({
      horizon: mean(bin.map(({ horizon }) => horizon)),
      width: quantile(bin, coverage) * uncertaintyOf(bin),
    })),
  );
  const [first] = bins;
  const last = bins.at(-1);
  if (!first || !last) return () => Number.POSITIVE_INFINITY;
  const growth = growthOf(bins);
  return (horizon) => {
    if (horizon >= last.horizon) return last.width * (horizon / last.horizon) ** growth;
    const after = bins.findIndex((bin) => bin.horizon > horizon);
    const [low, high] = [bins[after - 1], bins[after]];
    if (!low || !high) return first.width;
    return low.width + ((high.width - low.width) * (horizon - low.horizon)) / (high.horizon - low.horizon);
  };
}

/** Bins of horizons 1, 2, 3, 4, 5–6, 7–9, … each with enough misses; a last one with too few is left to the growth. */
function binsOf(misses: readonly Miss[]): Miss[][] {
  const sorted = [...misses].sort((one, other) => one.horizon - other.horizon);
  const bins: Miss[][] = [];
  let [bin, end]: [Miss[], number] = [[], 1];
  for (const miss of sorted) {
    if (miss.horizon > end) {
      if (bin.length >= FEWEST) {
        bins.push(bin);
        bin = [];
      }
      end = Math.max(miss.horizon, Math.floor(end * GROWTH));
    }
    bin.push(miss);
  }
  if (bin.length >= FEWEST || bins.length === 0) bins.push(bin);
  return bins.filter(({ length }) => length > 0);
}

/** The smallest width that covers: beyond all misses when there are too few to tell. */
function quantile(bin: readonly Miss[], coverage: number): number {
  const errors = Float64Array.from(bin, ({ error }) => Math.abs(error));
  const rank = Math.ceil((errors.length + 1) * coverage);
  return select(errors, Math.min(errors.length, rank) - 1);
}

/**
 * By how much a quantile of few independent misses is to be raised: that of Student's distribution against the normal
 * one, at 80 %. Origins near each other miss the same things: as many count as their correlation leaves.
 */
function uncertaintyOf(bin: readonly Miss[]): number {
  let [products, squares] = [0, 0];
  for (const [index, { error, horizon }] of bin.entries()) {
    const before = bin[index - 1];
    if (before?.horizon !== horizon) continue;
    products += error * before.error;
    squares += (error ** 2 + before.error ** 2) / 2;
  }
  const correlation = squares > 0 ? Math.max(0, products / squares) : 0;
  const origins = new Set(bin.map(({ origin }) => origin)).size;
  const independent = Math.max(1, (origins * (1 - correlation)) / (1 + correlation));
  return 1 + 1.4 / independent ** 1.5;
}

function monotone(bins: readonly Bin[]): readonly Bin[] {
  let widest = 0;
  return bins.map(({ horizon, width }) => ({ horizon, width: (widest = Math.max(widest, width)) }));
}

/** The exponent with which the widths grow from the middle of the bins to their end. */
function growthOf(bins: readonly Bin[]): number {
  const [middle, last] = [bins[bins.length >> 1], bins.at(-1)];
  if (!middle || !last || middle === last || middle.width === 0) return SLOWEST;
  const exponent = Math.log(last.width / middle.width) / Math.log(last.horizon / middle.horizon);
  return Math.min(FASTEST, Math.max(SLOWEST, exponent));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
