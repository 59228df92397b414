/** Sizes of a backup and of those before it. */
import { groupOf, isGood, type Manifest, sizeOf } from './manifest.js';

/** Reference: a dump is compared with the median of the seven before it, which one odd one among them does not move. */
const COMPARED = 7;

/**
 * The newest good backups of the same thing before this one, stored the same way: after a change of the compression a smaller
 * size is no news. `history` is oldest first, as a store lists it, and may hold anything.
 */
export function comparable(backup: Manifest, history: readonly Manifest[]): readonly Manifest[] {
  const [group, endings, at] = [groupOf(backup), endingsOf(backup), Date.parse(backup.createdAt)];
  const isLike = (other: Manifest) =>
    other.id !== backup.id &&
    isGood(other) &&
    Date.parse(other.createdAt) <= at &&
    groupOf(other) === group &&
    endingsOf(other) === endings;
  const found: Manifest[] = [];
  for (let index = history.length - 1; index >= 0 && found.length < COMPARED; index--) {
    const other = history[index];
    if (other && isLike(other)) found.push(other);
  }
  return found;
}

const endingsOf = ({ files }: Manifest): string =>
  [...new Set(files.map(({ path }) => /(\.zst|\.gz)?(\.age)?$/.exec(path)?.[0] ?? ''))].sort().join();

/** How much larger than usual it is, as a fraction: −0.3 is 30 % smaller. Null where nothing is to compare with. */
export function sizeTrend(backup: Manifest, history: readonly Manifest[]): number | null {
  const usual = medianOf(comparable(backup, history).map(sizeOf));
  return usual ? sizeOf(backup) / usual - 1 : null;
}

/** The middle of the values; undefined for none. */
export function medianOf(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
