/** What speaks for and against each backup of one group. */
import type { Retention } from '../../config/backup.js';
import { groupOf, isGood, levelOf, type Manifest, stampIn } from '../manifest.js';
import { SAFETY_NAME } from '../select.js';
import type { Damaged } from '../store.js';
import { periodReasons } from './periods.js';

export interface Judged {
  readonly backup: Manifest;
  readonly group: string;
  /** Why nothing of its group is removed for now, if so. */
  readonly hold: string | undefined;
  /** Why it stays, however large all are together. */
  readonly protections: readonly string[];
  /** Why it stays as long as there is room. */
  readonly periods: readonly string[];
  /** What is wrong with it, where something is. */
  readonly fault: string | undefined;
}

/** The backups of each thing that is backed up, newest first. */
export function groupsOf(backups: readonly Manifest[]): readonly (readonly Manifest[])[] {
  const groups = new Map<string, Manifest[]>();
  for (const backup of [...backups].sort(newestFirst)) {
    const group = groups.get(groupOf(backup));
    if (group) group.push(backup);
    else groups.set(groupOf(backup), [backup]);
  }
  return [...groups.values()];
}

/** Two of one moment are in the order of their names, so that the order they come in decides nothing. */
export const newestFirst = (a: Manifest, b: Manifest) =>
  Date.parse(b.createdAt) - Date.parse(a.createdAt) || (a.id < b.id ? 1 : -1);

/** Judges the backups of a group, newest first. */
export function judgeGroup(
  backups: readonly Manifest[],
  damaged: readonly Damaged[],
  retention: Retention,
): readonly Judged[] {
  const good = backups.filter(isGood);
  // What a restore has made first is of a state that somebody wanted to get rid of: it takes the place of no other.
  const wanted = good.filter(({ name }) => name !== SAFETY_NAME);
  const counts = [good, wanted];
  const hold = holdOf(backups, damaged);
  const periods = counts.map((counted) => periodReasons(counted, retention));
  return backups.map((backup) => ({
    backup,
    group: groupOf(backup),
    hold,
    protections: [
      ...protectionsOf(backup, wanted, retention),
      ...once(counts, (counted) => placesOf(backup, counted, retention)),
    ],
    periods: once(periods, (reasons) => reasons.get(backup.id) ?? []),
    fault: backup.failure && `its verification failed (${backup.failure.reason}), and newer ones are good`,
  }));
}

/**
 * Only after a success is anything removed. A damaged backup of the kind may be the newest of this very group: nobody can
 * tell any more.
 */
function holdOf([newest]: readonly Manifest[], damaged: readonly Damaged[]): string | undefined {
  if (newest === undefined) return undefined;
  const { id, kind, failure } = newest;
  if (failure) return `its newest backup, ${id}, failed its verification`;
  if (!isGood(newest)) return `its newest backup, ${id}, was never verified`;
  const unreadable = damaged.find((one) => one.id.startsWith(`${kind}-`) && stampIn(one.id) >= stampIn(id));
  return unreadable && `${unreadable.id} is damaged, and may have been its newest backup`;
}

function protectionsOf(backup: Manifest, good: readonly Manifest[], { minimum }: Retention): string[] {
  const { pinned, failure } = backup;
  const own = pinned ? [pinned.reason === undefined ? 'pinned' : `pinned: ${pinned.reason}`] : [];
  if (!isGood(backup)) {
    // Verification itself may have been at fault: what it condemned stays until there is enough that it approves of.
    const newer = good.filter((other) => newestFirst(other, backup) < 0).length;
    if (failure === undefined) own.push('never verified: neither counted nor removed');
    else if (newer < minimum)
      own.push(`its verification failed, and of newer ones only ${newer} of ${minimum} are good`);
  }
  return own;
}

/** Of levels that not every good backup has reached. */
const PROVEN = [2, 3] as const;

/** What it is among the good ones. */
function placesOf({ id }: Manifest, good: readonly Manifest[], { minimum }: Retention): readonly string[] {
  const rank = good.findIndex((other) => other.id === id);
  if (rank < 0) return [];
  const levels = PROVEN.filter((level) => good.find((other) => (levelOf(other) ?? 0) >= level)?.id === id);
  return [
    ...(rank === 0 ? ['the newest good one'] : []),
    ...(rank < minimum ? [`one of the ${minimum} newest good ones`] : []),
    ...levels.map((level) => `the newest proven to level ${level}`),
  ];
}

/** The reasons of all, each of them once. */
const once = <Of>(all: readonly Of[], reasonsOf: (one: Of) => readonly string[]) => [
  ...new Set(all.flatMap(reasonsOf)),
];
