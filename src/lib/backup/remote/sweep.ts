/** What pushes that were given up have left: it costs money, and nobody would see it. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BACKUP_ID, MANIFEST_FILE } from '../manifest.js';
import type { Bucket } from './bucket.js';
import { journalFolder, readJournal, removeJournal } from './journal.js';
import { abortUpload, listUploads } from './multipart.js';
import { listObjects } from './objects.js';
import { removeBackup } from './store.js';

/** Nobody sends one backup for a week. */
const STALE_AFTER_MS = 7 * 86_400_000;

export interface Sweeping {
  readonly bucket: Bucket;
  readonly state: string;
  readonly now: Date;
  /** Ids of the backups that are here, and may yet be sent. */
  readonly local: ReadonlySet<string>;
}

/**
 * Ends uploads of backups that are no longer here, and after a week those of anybody; removes files without a manifest
 * that are a week old. Returns what was swept, in words. Errors: those of `Bucket.send`.
 */
export async function sweepRemote({ bucket, state, now, local }: Sweeping): Promise<readonly string[]> {
  const before = new Date(now.getTime() - STALE_AFTER_MS);
  const swept: string[] = await sweepJournals({ bucket, state, now, local });
  for (const upload of await listUploads(bucket, before)) {
    if (!BACKUP_ID.test(upload.key.split('/')[0] ?? '')) continue;
    await abortUpload(bucket, upload);
    swept.push(`an upload of ${upload.key}`);
  }
  for (const id of await orphans(bucket, before)) {
    if (local.has(id)) continue;
    await removeBackup(bucket, id);
    swept.push(`a part of ${id}`);
  }
  return swept;
}

async function sweepJournals({ bucket, state, local }: Sweeping): Promise<string[]> {
  const swept: string[] = [];
  const folder = await journalFolder(state);
  for (const name of await readdir(folder)) {
    const [id = '', ending] = name.split('.');
    if (local.has(id) || !BACKUP_ID.test(id)) continue;
    const path = join(folder, name);
    const journal = ending === 'jsonl' ? await readJournal(path) : undefined;
    if (journal && journal.store !== bucket.label) continue; // its bucket may be configured again
    if (journal) {
      await abortUpload(bucket, journal);
      swept.push(`an upload of ${journal.key}`);
    }
    if (ending === 'jsonl') await removeJournal(path);
    else await rm(path, { force: true });
  }
  return swept;
}

async function orphans(bucket: Bucket, before: Date): Promise<readonly string[]> {
  const newest = new Map<string, Date>();
  const whole = new Set<string>();
  for (const { key, modifiedAt } of await listObjects(bucket)) {
    const [id = '', file] = key.split('/');
    if (!BACKUP_ID.test(id)) continue;
    if (file === MANIFEST_FILE) whole.add(id);
    if (modifiedAt > (newest.get(id) ?? new Date(0))) newest.set(id, modifiedAt);
  }
  return [...newest].filter(([id, at]) => !whole.has(id) && at < before).map(([id]) => id);
}
