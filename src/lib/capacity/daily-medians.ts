/** Samples in any order → one median a day, in bounded memory. */
import { median } from '../statistics/index.js';
import type { DayValue } from './forecast/series.js';

export const DAY_MS = 86_400_000;

export interface DailyMedians {
  /** One sample of a series, named by a number from 0. What is no measurable number is left out. */
  readonly add: (series: number, day: number, value: number) => void;
  /** Of one series, in order of days. */
  readonly daysOf: (series: number) => DayValue[];
}

/** Samples of one day and series: the first of every `stride`. */
interface Bucket {
  values: Float64Array;
  kept: number;
  seen: number;
  stride: number;
}

/** A sample a minute is kept as it is; of more, every second, fourth, … */
const MOST_A_DAY = 1_440;
/** Of all days and series: 64 MB. Beyond, each day gives up half of its own. */
const MOST_IN_ALL = 8_000_000;
const FEWEST_A_DAY = 16;
/** Larger numbers would overflow in the sums of squares. */
const LARGEST_MEASURE = 1e100;

export function createDailyMedians(mostInAll = MOST_IN_ALL): DailyMedians {
  const series: Map<number, Bucket>[] = [];
  const current: { day: number; bucket: Bucket }[] = [];
  let most = MOST_A_DAY;
  let kept = 0;
  const bucketAt = (index: number, day: number): Bucket => {
    const days = (series[index] ??= new Map());
    let bucket = days.get(day);
    if (!bucket) {
      // One day has about as many as the day before.
      const room = Math.max(FEWEST_A_DAY, current[index]?.bucket.kept ?? 0);
      days.set(day, (bucket = { values: new Float64Array(room), kept: 0, seen: 0, stride: 1 }));
    }
    current[index] = { day, bucket };
    return bucket;
  };
  const thinAll = () => {
    most = Math.max(FEWEST_A_DAY, most >> 1);
    const buckets = series.flatMap((days) => [...days.values()]);
    for (const bucket of buckets) while (bucket.kept > most) thin(bucket);
    kept = buckets.reduce((sum, bucket) => sum + bucket.kept, 0);
  };
  return {
    add(index, day, value) {
      if (!(Math.abs(value) <= LARGEST_MEASURE)) return; // NaN, too
      const latest = current[index];
      const bucket = latest?.day === day ? latest.bucket : bucketAt(index, day);
      if (bucket.seen++ % bucket.stride !== 0) return;
      if (bucket.kept === bucket.values.length) makeRoom(bucket, most);
      bucket.values[bucket.kept++] = value;
      if (++kept > mostInAll && most > FEWEST_A_DAY) thinAll();
    },
    daysOf: (index) =>
      [...(series[index] ?? [])]
        .sort(([one], [other]) => one - other)
        .map(([day, bucket]) => ({ day, value: median(bucket.values.subarray(0, bucket.kept)), samples: bucket.seen })),
  };
}

function makeRoom(bucket: Bucket, most: number): void {
  if (bucket.kept >= most) thin(bucket);
  const larger = new Float64Array(Math.min(most, bucket.values.length * 2));
  larger.set(bucket.values);
  bucket.values = larger;
}

function thin(bucket: Bucket): void {
  bucket.values = bucket.values.filter((_, index) => index < bucket.kept && index % 2 === 0);
  bucket.kept = bucket.values.length;
  bucket.stride *= 2;
}
