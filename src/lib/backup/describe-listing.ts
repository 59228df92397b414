/** What a catalogue holds, as figures: pure, from the manifests and the time. */
import { CLOCKS_DIFFER_MS } from '../clocks.js';
import { groupBy } from '../group-by.js';
import type { BackupList, ListedBackup, ListedGroup } from './listed.js';
import { groupOf, isGood, type Kind, levelOf, type Manifest, sizeOf } from './manifest.js';
import { sizeTrend } from './size-trend.js';
import type { Listing } from './store.js';

export const isOfTheFuture = ({ ageMs }: Pick<ListedBackup, 'ageMs'>): boolean => ageMs < -CLOCKS_DIFFER_MS;

export interface Subject {
  readonly kind: Kind;
  /** Ids of backups of what this environment uses: those of others may be in the catalogue. */
  readonly own: ReadonlySet<string>;
}

/** Every backup, every group of them, and the newest that can be relied on. */
export function describeListing({ backups, damaged }: Listing, subject: Subject, now: Date): Omit<BackupList, 'store'> {
  const listed = backups.map((backup, index) => describeBackup(backup, backups.slice(0, index), now));
  return {
    subject: subject.kind,
    newest: newestGood(listed.filter(({ id, kind }) => kind === subject.kind && subject.own.has(id))) ?? null,
    backups: listed,
    damaged: [...damaged],
    groups: [...groupBy(listed, ({ group }) => group)].map(describeGroup),
    totals: {
      backups: backups.length,
      good: backups.filter(isGood).length,
      damaged: damaged.length,
      sizeBytes: backups.reduce((sum, backup) => sum + sizeOf(backup), 0),
    },
  };
}

function describeBackup(backup: Manifest, history: readonly Manifest[], now: Date): ListedBackup {
  const { id, kind, source, name, createdAt, failure, files, pinned, copies = [], verified = [] } = backup;
  const level = levelOf(backup) ?? null;
  const reached = verified.findLast((record) => record.level === level);
  const ageOf = (time: string) => now.getTime() - Date.parse(time);
  return {
    id,
    kind,
    source,
    group: groupOf(backup),
    name: name ?? null,
    createdAt,
    ageMs: ageOf(createdAt),
    sizeBytes: sizeOf(backup),
    sizeTrend: sizeTrend(backup, history),
    state: stateOf(backup),
    failure: failure?.reason ?? null,
    level,
    levelAgeMs: reached ? ageOf(reached.at) : null,
    encrypted: files.some(({ path }) => path.endsWith('.age')),
    pinned: pinned ?? null,
    copies: copies.map(({ store }) => store),
  };
}

function stateOf(backup: Manifest): ListedBackup['state'] {
  if (isGood(backup)) return 'good';
  return backup.failure ? 'failed' : 'unproven';
}

function describeGroup([group, backups]: readonly [string, readonly ListedBackup[]]): ListedGroup {
  const newest = newestGood(backups);
  return {
    group,
    kind: backups[0]?.kind ?? 'config',
    backups: backups.length,
    good: backups.filter(({ state }) => state === 'good').length,
    sizeBytes: backups.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    newestGood: newest?.id ?? null,
    newestGoodAgeMs: newest?.ageMs ?? null,
  };
}

const newestGood = (backups: readonly ListedBackup[]): ListedBackup | undefined =>
  backups.findLast((backup) => backup.state === 'good' && !isOfTheFuture(backup));
