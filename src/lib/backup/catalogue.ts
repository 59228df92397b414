/**
 * The catalogue: a directory with one directory a backup, `<kind>-<UTC stamp>-<id>`. A backup comes into being by the
 * rename of a finished `.partial`, so what has no such suffix is whole, however the process ended.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OperatorError } from '../errors.js';
import { ensurePrivateDirectory, fileError, syncDirectory, writeFileAtomic } from '../files/index.js';
import { withLock } from '../process/index.js';
import { type Level, MANIFEST_FILE, Manifest, writeManifest } from './manifest.js';
import { lockOf, PARTIAL, sweepInterrupted } from './sweep.js';

export interface BackupDraft extends Pick<Manifest, 'kind' | 'source'> {
  readonly name?: string | undefined;
  readonly notes: readonly string[];
  readonly createdAt: Date;
  readonly recipients?: readonly string[] | undefined;
}

/** A file put into the backup: where, and the permission bits of its original. */
export interface WrittenFile {
  readonly path: string;
  readonly mode: number;
  /** Of the bytes as they were handed to the disk, where we saw them; what is read back must be the same. */
  readonly sha256?: string;
}

/** What the writer has to tell: the files, and the facts of their kind. */
export interface Written {
  readonly files: readonly WrittenFile[];
  readonly about?: Pick<Manifest, 'database' | 'archive'>;
  readonly notes?: readonly string[];
}

export interface Backup {
  /** Absolute path of its directory. */
  readonly path: string;
  readonly manifest: Manifest;
  /** What interrupted backups had left and is removed now. */
  readonly swept: readonly string[];
}

/**
 * Adds a backup. `write` puts the files into the directory it is given and names them; they are then made durable, read
 * back for their checksums and listed in the manifest, which is written last. After any failure nothing is left; what a
 * killed process leaves is removed by the next.
 * Errors: `VOPS-DISK-FULL`, `VOPS-FILE`, `VOPS-FILE-UNSAFE`, and those of `write`.
 */
export async function createBackup(
  catalogue: string,
  draft: BackupDraft,
  write: (into: string) => Promise<Written>,
): Promise<Backup> {
  await ensurePrivateDirectory(catalogue);
  const swept = await sweepInterrupted(catalogue);
  const id = `${draft.kind}-${stampOf(draft.createdAt)}-${randomBytes(4).toString('hex')}`;
  const path = join(catalogue, id);
  const startedAt = draft.createdAt.toISOString();
  const holder = { command: `backup ${id}`, runId: id, startedAt };
  const lock = { waitMs: LOCK_WITHIN_MS, signal: AbortSignal.timeout(2 * LOCK_WITHIN_MS), holder };
  try {
    const manifest = await withLock(lockOf(path), lock, () => fill(path, { ...draft, id }, write));
    return { path, manifest, swept };
  } finally {
    await rm(lockOf(path), { force: true }).catch(() => undefined);
  }
}

/** Nobody else knows the name; at most a sweep tries the lock, for a blink. */
const LOCK_WITHIN_MS = 10_000;

/** Until the rename the directory has another name. */
async function fill(
  path: string,
  draft: BackupDraft & { readonly id: string },
  write: (into: string) => Promise<Written>,
): Promise<Manifest> {
  const partial = path + PARTIAL;
  const start = performance.now();
  try {
    await mkdir(partial, { mode: 0o700 }); // fails rather than share a directory
    await chmod(partial, 0o700);
    const written = await write(partial);
    const files = await secureFiles(partial, written.files);
    const manifest = manifestOf(draft, { ...written, files }, performance.now() - start);
    await writeFileAtomic(join(partial, MANIFEST_FILE), writeManifest(manifest));
    await rename(partial, path);
    await syncDirectory(dirname(path));
    return manifest;
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined); // the first error tells more
    throw fileError('make the backup', path, error);
  }
}

/** `20261123T030000Z`: sorts by time, and is a file name everywhere. */
export const stampOf = (time: Date) => time.toISOString().replace(/\.\d+|[-:]/g, '');

/** What it says of itself at birth: every file has been read back, so level 1 is reached. */
function manifestOf(
  draft: BackupDraft & { readonly id: string },
  { files, about, notes = [] }: Omit<Written, 'files'> & Pick<Manifest, 'files'>,
  tookMs: number,
): Manifest {
  const { id, kind, source, name, createdAt, recipients } = draft;
  const at = new Date(createdAt.getTime() + tookMs).toISOString();
  const level: Level = 1;
  return Manifest.parse({
    schemaVersion: 1,
    id,
    kind,
    ...(name === undefined ? {} : { name }),
    createdAt: createdAt.toISOString(),
    host: hostname(),
    source,
    files,
    notes: [...draft.notes, ...notes],
    durationMs: Math.round(tookMs),
    ...(recipients === undefined ? {} : { recipients: [...recipients] }),
    ...about,
    verified: [{ level, at, durationMs: 0 }],
  });
}

/** Private, on the disk and checksummed; then their directories, deepest first. */
async function secureFiles(root: string, written: readonly WrittenFile[]): Promise<Manifest['files']> {
  const files: Manifest['files'] = [];
  for (const { path, mode, sha256 } of written) {
    const absolute = join(root, path);
    const kept = await keepDurably(absolute);
    if (sha256 !== undefined && sha256 !== kept.sha256) throw alteredByDisk(absolute);
    files.push({ path, ...kept, mode: `0${(mode & 0o777).toString(8).padStart(3, '0')}` });
  }
  for (const directory of directoriesOf(written)) {
    await chmod(join(root, directory), 0o700);
    await syncDirectory(join(root, directory));
  }
  return files;
}

const alteredByDisk = (path: string) =>
  new OperatorError('VOPS-FILE', `${path} is not what was written to it: the disk or the memory is faulty`, {
    hint: 'look at the log of the kernel (dmesg) and at the health of the disk (smartctl -a)',
  });

function directoriesOf(written: readonly WrittenFile[]): readonly string[] {
  const directories = new Set<string>();
  for (const { path } of written) {
    for (let above = dirname(path); above !== '.'; above = dirname(above)) directories.add(above);
  }
  return [...directories].sort().reverse();
}

/** Puts a file on the disk, and reads it back. */
async function keepDurably(path: string): Promise<Checksum> {
  const file = await open(path, 'r+');
  try {
    await file.chmod(0o600);
    await file.sync();
    return await checksumOf(file);
  } finally {
    await file.close();
  }
}

/** Of a file from its beginning. In one buffer: a stream's new ones take longer than the hash. */
async function checksumOf(file: FileHandle): Promise<Checksum> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  for (let sizeBytes = 0; ; ) {
    const { bytesRead } = await file.read(buffer, 0, BUFFER_BYTES, sizeBytes);
    if (bytesRead === 0) return { sizeBytes, sha256: hash.digest('hex') };
    hash.update(buffer.subarray(0, bytesRead));
    sizeBytes += bytesRead;
  }
}

const BUFFER_BYTES = 2 ** 18;

type Checksum = Pick<Manifest['files'][number], 'sizeBytes' | 'sha256'>;

/** Length and sha256 of all that a stream has to say. */
export async function checksum(stream: Readable): Promise<Checksum> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  await pipeline(stream, async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
  });
  return { sizeBytes, sha256: hash.digest('hex') };
}
