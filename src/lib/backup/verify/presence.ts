/** Level 0 of verification: is it there, whole as far as sizes tell, private, young enough, as large as usual? */
import { formatBytes, formatDuration, formatPercent } from '../../measures.js';
import type { Finding } from '../../status.js';
import { MANIFEST_FILE, type Manifest, sizeOf } from '../manifest.js';
import { comparable, medianOf } from '../size-trend.js';
import type { Store, StoredFile } from '../store.js';

export interface Presence {
  /** By path, what the store has. */
  readonly files: ReadonlyMap<string, StoredFile | undefined>;
  /** Backups of the catalogue, oldest first; those of other groups do no harm. */
  readonly history: readonly Manifest[];
  readonly now: Date;
  /** Null where its age is no matter: it is not the newest of its group. */
  readonly maxAgeMs: number | null;
}

/** Looks at every file of a backup, reads none. Errors: those of the store. */
export async function lookAtFiles(
  store: Store,
  { id, files }: Pick<Manifest, 'id' | 'files'>,
): Promise<Presence['files']> {
  const found = new Map<string, StoredFile | undefined>();
  for (const path of [MANIFEST_FILE, ...files.map((file) => file.path)]) found.set(path, await store.stat(id, path));
  return found;
}

/** What is wrong with a backup as it lies there. An error means that level 0 is not reached. */
export function judgePresence(manifest: Manifest, presence: Presence): readonly Finding[] {
  return [
    ...judgeFiles(manifest, presence),
    ...judgeModes(manifest, presence),
    ...judgeAge(manifest, presence),
    ...judgeSize(manifest, presence),
  ];
}

function judgeFiles({ id, files }: Manifest, { files: stored }: Presence): Finding[] {
  return files.flatMap(({ path, sizeBytes }): Finding[] => {
    const found = stored.get(path);
    const hint = 'use another backup; viktoria-ops backup verify --all tells which are whole';
    const error = { code: 'VOPS-BACKUP-DAMAGED', severity: 'error', hint } as const;
    if (found === undefined) return [{ ...error, message: `${id}/${path} is missing` }];
    if (found.sizeBytes === sizeBytes) return [];
    return [{ ...error, message: `${id}/${path} has ${found.sizeBytes} bytes, and had ${sizeBytes} when it was made` }];
  });
}

/** A bucket has no modes, and then nothing is said. */
function judgeModes({ id }: Manifest, { files }: Presence): Finding[] {
  const open = [...files].filter(([, found]) => ((found?.mode ?? 0) & 0o177) !== 0).map(([path]) => path);
  const isOpen = [...files.values()].some((found) => ((found?.directoryMode ?? 0) & 0o077) !== 0);
  const what = [
    ...(open.length === 0
      ? []
      : [`${open.slice(0, 3).join(', ')} ${open.length === 1 ? 'has' : 'have'} not mode 0600`]),
    ...(isOpen ? ['its directory is open to others'] : []),
  ];
  if (what.length === 0) return [];
  const message = `${id}: ${what.join('; ')}`;
  const hint = 'others may be able to read it: chmod -R go= on its directory, and find out what has opened it';
  return [{ code: 'VOPS-BACKUP-MODE', severity: 'warning', message, hint }];
}

function judgeAge({ id, createdAt }: Manifest, { now, maxAgeMs }: Presence): Finding[] {
  const ageMs = now.getTime() - Date.parse(createdAt);
  if (maxAgeMs === null || ageMs <= maxAgeMs) return [];
  const message = `${id} is ${formatDuration(ageMs)} old: no more than ${formatDuration(maxAgeMs)} is allowed`;
  return [{ code: 'VOPS-BACKUP-OLD', severity: 'warning', message, hint: 'make a new one, and see why none was made' }];
}

/** Reference: 30 % smaller than usual wants a look, 60 % smaller is no backup to rely on. */
const NOTABLE = 0.3;
const GRAVE = 0.6;

/** A few kilobytes of configuration say nothing by their size. */
function judgeSize(manifest: Manifest, { history }: Presence): Finding[] {
  const others = comparable(manifest, history);
  const usual = medianOf(others.map(sizeOf));
  if (!usual || manifest.kind === 'config') return [];
  const share = sizeOf(manifest) / usual;
  if (1 - share < NOTABLE) return [];
  const content = contentShare(manifest, others);
  // Nothing in it any more explains nothing: an empty database is dumped by mistake more often than made on purpose.
  const unexplained = 1 - share / Math.min(1, content?.share || 1);
  const sizes = `${formatBytes(sizeOf(manifest))}, ${formatPercent(1 - share)} smaller than the usual ${formatBytes(usual)}`;
  const message = `${manifest.id} has ${sizes}${explanation(content)}`;
  if (unexplained < NOTABLE) return [sized(1 - share < GRAVE ? 'info' : 'warning', message)];
  return [sized(unexplained < GRAVE ? 'warning' : 'error', message)];
}

const sized = (severity: Finding['severity'], message: string): Finding => ({
  code: 'VOPS-BACKUP-SIZE',
  severity,
  message,
  hint: 'see what is missing from it before older ones are removed: viktoria-ops backup pin keeps one',
});

interface ContentShare {
  /** Of what used to be in it; below 1 where it has shrunk. */
  readonly share: number;
  readonly of: string;
}

/** What its content is of, and how it is measured: rows say little where they differ in size, bytes where they are air. */
const MEASURES: readonly { readonly of: string; readonly measure: (manifest: Manifest) => number | undefined }[] = [
  { of: 'the database in bytes', measure: ({ database }) => database?.sizeBytes },
  {
    of: 'the rows of the database',
    measure: ({ database }) => database?.tables.reduce((sum, { rows }) => sum + rows, 0),
  },
  { of: 'the files in bytes', measure: ({ archive }) => archive?.contentBytes },
];

/** By the measure that has shrunk most; undefined where nothing is known of the content. */
function contentShare(manifest: Manifest, others: readonly Manifest[]): ContentShare | undefined {
  const shares = MEASURES.flatMap(({ of, measure }): ContentShare[] => {
    const [now, usual] = [measure(manifest), medianOf(others.map(measure).filter((value) => value !== undefined))];
    return now === undefined || !usual ? [] : [{ of, share: now / usual }];
  });
  return shares.reduce<ContentShare | undefined>(
    (least, one) => (least && least.share <= one.share ? least : one),
    undefined,
  );
}

function explanation(content: ContentShare | undefined): string {
  if (content === undefined) return '; nothing is known of what was in it';
  const change = content.share - 1;
  if (Math.abs(change) < 0.01) return `, while ${content.of} are what they were`;
  return `, while ${content.of} became ${formatPercent(Math.abs(change))} ${change < 0 ? 'fewer' : 'more'}`;
}
