/** A whole backup into the bucket. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import { formatBytes } from '../../measures.js';
import { withLock } from '../../process/index.js';
import { directoryStore } from '../directory-store.js';
import { isGood, type Manifest, sizeOf } from '../manifest.js';
import type { Bucket } from './bucket.js';
import { journalFolder, removeJournal } from './journal.js';
import { headObject, listObjects } from './objects.js';
import { readRemoteManifest, removeBackup, writeRemoteManifest } from './store.js';
import { uploadFile } from './upload.js';

export type PushContext = Pick<Context, 'config' | 'signal' | 'state' | 'now' | 'elapsed' | 'runId' | 'progress'>;

/**
 * Sends the files of a local backup, then its manifest, and notes the copy in the local one. Of two that send the same
 * backup one waits for the other. @throws OperatorError VOPS-LOCK-BUSY after `maintenance.lockWait`;
 * VOPS-BACKUP-DAMAGED; VOPS-FILE; those of `Bucket.send`.
 */
export async function sendBackup(context: PushContext, bucket: Bucket, manifest: Manifest): Promise<void> {
  const { maintenance, backup } = await context.config();
  const folder = await journalFolder(await context.state());
  const lock = join(folder, `${manifest.id}.lock`);
  const startedAt = context.now().toISOString();
  const holder = { command: `backup push ${manifest.id}`, runId: context.runId, startedAt };
  await withLock(lock, { waitMs: maintenance.lockWait, signal: context.signal, holder }, async () => {
    const journal = join(folder, `${manifest.id}.jsonl`);
    try {
      if (!(await needsSending(bucket, manifest.id))) return;
      await sendFiles(context, bucket, { manifest, journal, directory: join(backup.directory, manifest.id) });
      await writeRemoteManifest(bucket, manifest);
      await removeJournal(journal);
    } finally {
      await rm(lock, { force: true });
    }
  });
  await recordCopy(context, bucket, manifest.id);
}

/** Not what the run that we have waited for has sent. What was found damaged there gives way to a new copy. */
async function needsSending(bucket: Bucket, id: string): Promise<boolean> {
  const there = await readRemoteManifest(bucket, id);
  if (there === undefined) return true;
  if (!('reason' in there) && isGood(there)) return false;
  await removeBackup(bucket, id);
  return true;
}

interface Sending {
  readonly manifest: Manifest;
  readonly journal: string;
  readonly directory: string;
}

async function sendFiles({ progress }: PushContext, bucket: Bucket, { manifest, journal, directory }: Sending) {
  const { id, files } = manifest;
  const listed = await sizesOf(bucket, id);
  const total = Math.max(1, sizeOf(manifest));
  let sent = 0;
  const onProgress = (bytes: number) => {
    sent += bytes;
    progress.update(PROGRESS, { share: sent / total, text: `${id}: ${formatBytes(sent)} of ${formatBytes(total)}` });
  };
  for (const file of files) {
    const key = `${id}/${file.path}`;
    const local = { ...file, path: join(directory, file.path), key, isListed: listed.has(key) };
    await uploadFile(local, { bucket, journal, onProgress });
  }
  await confirmSizes(bucket, manifest);
}

/** The last look before the manifest makes it a backup. */
async function confirmSizes(bucket: Bucket, { id, files }: Manifest): Promise<void> {
  const listed = await sizesOf(bucket, id);
  for (const { path, sizeBytes } of files) {
    const key = `${id}/${path}`;
    // Not all services write every name right in a list.
    const there = listed.get(key) ?? (await headObject(bucket, key))?.sizeBytes;
    if (there === sizeBytes) continue;
    const how = there === undefined ? 'it is not there' : `it has ${there} bytes there, not ${sizeBytes}`;
    throw new OperatorError('VOPS-REMOTE-FAILED', `${key} was sent, and ${how}`, {
      hint: 'push it again; if that does not help, look at the log of the service',
    });
  }
}

/** Under which the terminal shows how far it is. */
export const PROGRESS = 'push';

const sizesOf = async (bucket: Bucket, id: string) =>
  new Map((await listObjects(bucket, `${id}/`)).map(({ key, sizeBytes }) => [key, sizeBytes]));

async function recordCopy({ config, now }: PushContext, { label }: Bucket, id: string): Promise<void> {
  const local = directoryStore((await config()).backup.directory);
  const copy = { store: label, at: now().toISOString() };
  await local.update(id, (manifest) => ({
    ...manifest,
    copies: [...(manifest.copies ?? []).filter(({ store }) => store !== label), copy],
  }));
}
