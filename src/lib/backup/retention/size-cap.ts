/** What has to go so that all together are no larger than they may be. */
import { isGood, sizeOf } from '../manifest.js';
import { type Judged, newestFirst } from './judge-group.js';

/**
 * Ids of the backups beyond the size: the oldest first, never a protected one. Only good ones that the retention keeps
 * count, and a group that is held back counts as if it were not: what is bad, or stays for now because the newest is bad,
 * must not drive out what is good. Whether all that stays is too large is told by a finding.
 */
export function beyondSize(judged: readonly Judged[], maxSize: number | undefined): ReadonlySet<string> {
  if (maxSize === undefined) return new Set();
  const kept = judged.filter(
    ({ backup, protections, periods }) => isGood(backup) && protections.length + periods.length > 0,
  );
  let total = kept.reduce((sum, { backup }) => sum + sizeOf(backup), 0);
  const gone: Judged[] = [];
  for (const candidate of kept.filter(({ protections }) => protections.length === 0).sort(oldestFirst)) {
    if (total <= maxSize) break;
    total -= sizeOf(candidate.backup);
    gone.push(candidate);
  }
  // A dump too many must not cost a hundred small snapshots that happen to be older: what fits may stay after all.
  const beyond = new Set<string>();
  for (const { backup } of gone.reverse()) {
    if (total + sizeOf(backup) <= maxSize) total += sizeOf(backup);
    else beyond.add(backup.id);
  }
  return beyond;
}

const oldestFirst = (a: Judged, b: Judged) => newestFirst(b.backup, a.backup);
