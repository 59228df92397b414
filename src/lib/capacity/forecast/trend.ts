/** The slope of a series that outliers do not move, and how sure it is. Pure. */
import { median, select } from '../../statistics/index.js';

export interface Trend {
  /** Change a day. */
  readonly slope: number;
  /** The 95 % interval. */
  readonly low: number;
  readonly high: number;
}

/** Of the normal distribution, for 95 %. */
const Z = 1.96;
/** Pairs grow with the square: longer series are averaged down to so many points, which leaves their slope alone. */
const POINTS_AT_MOST = 100;
/** Nothing is sure of a series whose errors carry over altogether. */
const LARGEST_CORRELATION = 0.95;

/** The median of the slopes of all pairs (Theil 1950, Sen 1968). At least two values. */
export function theilSenSlope(values: Float64Array): number {
  const { points, width } = condense(values);
  return median(pairSlopes(points)) / width;
}

/**
 * Theil–Sen with the interval of Kendall's statistic, whose variance is raised by the autocorrelation of what the line
 * leaves (Hamed and Rao 1998): values that follow from one another tell less than as many independent ones.
 */
export function estimateTrend(values: Float64Array): Trend {
  const { points, width } = condense(values);
  const slopes = pairSlopes(points);
  const slope = median(slopes);
  const count = points.length;
  const inflation = inflationOf(points, slope);
  const half = (Z * Math.sqrt((inflation * count * (count - 1) * (2 * count + 5)) / 18)) / 2;
  const rank = (place: number) => Math.min(slopes.length - 1, Math.max(0, Math.round(place)));
  const low = select(slopes, rank(slopes.length / 2 - half - 1));
  const high = select(slopes, rank(slopes.length / 2 + half));
  return { slope: slope / width, low: low / width, high: high / width };
}

/** Means of blocks, so that noise goes down; an outlier spoils one block. The newest values are kept, if not the oldest. */
function condense(values: Float64Array): { readonly points: Float64Array; readonly width: number } {
  const width = Math.ceil(values.length / POINTS_AT_MOST);
  if (width === 1) return { points: values, width };
  const length = Math.floor(values.length / width);
  const start = values.length - length * width;
  const points = Float64Array.from({ length }, (_, block) => {
    const from = start + block * width;
    return values.subarray(from, from + width).reduce((sum, value) => sum + value, 0) / width;
  });
  return { points, width };
}

function pairSlopes(points: Float64Array): Float64Array {
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2);
  let next = 0;
  for (let first = 0; first < points.length; first++) {
    const value = points[first] ?? 0;
    for (let second = first + 1; second < points.length; second++) {
      slopes[next++] = ((points[second] ?? 0) - value) / (second - first);
    }
  }
  return slopes;
}

function inflationOf(points: Float64Array, slope: number): number {
  const rest = points.map((value, index) => value - slope * index);
  const correlation = autocorrelation(rest);
  // Of what a fitted line leaves, the estimate is too low by this much (Kendall 1954, Orcutt and Winokur 1969).
  const corrected = Math.min(LARGEST_CORRELATION, correlation + (2 + 4 * correlation) / points.length);
  return Math.max(1, (1 + corrected) / (1 - corrected));
}

/** Of neighbours; 0 of a constant. */
function autocorrelation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [products, squares] = [0, 0];
  for (const [index, value] of values.entries()) {
    squares += (value - mean) ** 2;
    if (index > 0) products += (value - mean) * ((values[index - 1] ?? 0) - mean);
  }
  return squares > 0 ? products / squares : 0;
}
