/** One file into the bucket, proven there, and taken up again where an earlier run was cut off. */
import { OperatorError } from '../../errors.js';
import type { Manifest } from '../manifest.js';
import type { Bucket } from './bucket.js';
import { beginJournal, type Journal, readJournal, recordPart, removeJournal, type SentPart } from './journal.js';
import {
  abortUpload,
  completeUpload,
  compositeTag,
  initiateUpload,
  listParts,
  partSizeOf,
  uploadPart,
} from './multipart.js';
import { bare, deleteObject, headObject, putObject } from './objects.js';
import { readParts } from './parts.js';

export interface UploadOptions {
  readonly bucket: Bucket;
  /** Path of the journal. */
  readonly journal: string;
  /** Told of every piece that the server has. */
  readonly onProgress?: (bytes: number) => void;
}

export interface LocalFile extends Pick<Manifest['files'][number], 'sizeBytes' | 'sha256'> {
  readonly path: string;
  readonly key: string;
  /** Something of that name is in the bucket. */
  readonly isListed: boolean;
}

/**
 * Sends a file, unless the same is there already. An upload that failed for the server or the line can be taken up
 * again; one that turned out wrong is undone. @throws OperatorError VOPS-BACKUP-DAMAGED when the file is not what it is
 * said to be; VOPS-FILE; those of `Bucket.send`.
 */
export async function uploadFile(file: LocalFile, options: UploadOptions): Promise<void> {
  const { bucket, onProgress } = options;
  if (await isThere(file, options)) return onProgress?.(file.sizeBytes);
  const partBytes = partSizeOf(file.sizeBytes);
  if (file.sizeBytes > partBytes) return uploadInParts(file, options);
  for await (const { data } of readParts(file.path, file, partBytes)) await putWhole(bucket, file.key, data);
  onProgress?.(file.sizeBytes);
}

/** One that still has a journal was put together and then not looked at. */
async function isThere(file: LocalFile, { bucket, journal }: UploadOptions): Promise<boolean> {
  const { key, sizeBytes, sha256, isListed } = file;
  const there = isListed ? await headObject(bucket, key) : undefined;
  if (there?.sizeBytes !== sizeBytes || there.sha256 !== sha256) return false;
  const open = await readJournal(journal);
  if (open?.key !== key) return true;
  await removeJournal(journal);
  return false;
}

async function putWhole(bucket: Bucket, key: string, data: Buffer): Promise<void> {
  try {
    await putObject(bucket, key, data);
  } catch (error) {
    // Altered on the way, for one: nobody shall find it under that name.
    if (isHopeless(error)) await deleteObject(bucket, key).catch(() => {});
    throw error;
  }
}

async function uploadInParts(file: LocalFile, options: UploadOptions): Promise<void> {
  const { bucket, journal } = options;
  const begun = await beginOrResume(file, options);
  try {
    const parts = await sendParts(file, begun, options);
    await completeUpload(bucket, begun, parts);
    await confirm(bucket, file, compositeTag(parts));
  } catch (error) {
    if (isHopeless(error)) {
      await abortUpload(bucket, begun).catch(() => {}); // the first error tells more; what is left is swept later
      await removeJournal(journal);
    }
    throw error;
  }
  await removeJournal(journal);
}

/** Whether going on where it stopped would end the same way. */
const isHopeless = (error: unknown) =>
  error instanceof OperatorError && ['VOPS-REMOTE-FAILED', 'VOPS-BACKUP-DAMAGED', 'VOPS-FILE'].includes(error.code);

/** The upload of the journal with those of its parts that the server has, else a new one. */
async function beginOrResume({ key, sha256 }: LocalFile, { bucket, journal }: UploadOptions): Promise<Journal> {
  const known = await readJournal(journal);
  if (known?.store === bucket.label && known.key === key && known.sha256 === sha256) {
    const listed = await listParts(bucket, known);
    if (listed === undefined) return known; // the journal must do: it has only what was confirmed
    if (listed !== 'gone') return { ...known, parts: partsOf(listed, known) };
  }
  const begun = { store: bucket.label, sha256, ...(await initiateUpload(bucket, key, sha256)), parts: [] };
  await beginJournal(journal, begun);
  return begun;
}

/** A part that did not come into the journal any more is known by its ETag, where that is its md5. */
function partsOf(listed: ReadonlyMap<number, string>, { parts }: Journal): readonly SentPart[] {
  const known = new Map(parts.map((part) => [part.number, part]));
  return [...listed].map(([number, etag]) => {
    const part = known.get(number);
    return part && bare(part.etag) === etag ? part : { number, md5: etag, etag: `"${etag}"` };
  });
}

/** Each holds one part in memory. */
const SIDE_BY_SIDE = 4;

async function sendParts(
  file: LocalFile,
  begun: Journal,
  { bucket, journal, onProgress }: UploadOptions,
): Promise<readonly SentPart[]> {
  const there = new Map(begun.parts.map((part) => [part.number, part]));
  const sent: SentPart[] = [];
  const parts = readParts(file.path, file, partSizeOf(file.sizeBytes));
  const work = async () => {
    // One that fails ends the reading, and so the others after what they have in hand.
    for await (const part of parts) {
      const known = there.get(part.number);
      if (known?.md5 === part.md5) sent.push(known);
      else {
        const confirmed = await uploadPart(bucket, begun, part);
        await recordPart(journal, confirmed);
        sent.push(confirmed);
      }
      onProgress?.(part.data.length);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: SIDE_BY_SIDE }, work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return sent.sort((a, b) => a.number - b.number);
}

/** Looks at what has become of it; an object that is not what was sent is removed. */
async function confirm(bucket: Bucket, { key, sizeBytes }: LocalFile, tag: string): Promise<void> {
  const there = await headObject(bucket, key);
  if (there === undefined) throw notThere(key, 'it is not there');
  if (there.sizeBytes !== sizeBytes) {
    await deleteObject(bucket, key);
    throw notThere(key, `it has ${there.sizeBytes} bytes there, not ${sizeBytes}`);
  }
  const etag = bare(there.etag);
  // Some services name an object of parts in a way of their own; each part has been compared.
  const isComparable = !there.isOpaque && FORM.exec(etag)?.[1] === FORM.exec(tag)?.[1];
  if (!isComparable || etag === tag) return;
  await deleteObject(bucket, key);
  throw notThere(key, `it has the checksum ${etag} there, not ${tag}`);
}

/** An md5, or one of md5s and their number. */
const FORM = /^[0-9a-f]{32}(?:(-)\d+)?$/;

const notThere = (key: string, how: string) =>
  new OperatorError('VOPS-REMOTE-FAILED', `${key} was sent, and ${how}`, {
    hint: 'push it again; if that does not help, look at the log of the service',
  });
