/**
 * The catalogue: a directory with one directory a backup, `<kind>-<UTC stamp>-<id>`. A backup comes into being by the
 * rename of a finished `.partial`, so what has no such suffix is whole, however the process ended.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ensurePrivateDirectory, fileError, syncDirectory, writeFileAtomic } from '../files/index.js';
import { MANIFEST_FILE, type Manifest } from './manifest.js';

export interface BackupDraft extends Pick<Manifest, 'kind' | 'source'> {
  readonly name?: string | undefined;
  readonly notes: readonly string[];
  readonly createdAt: Date;
}

/** A file put into the backup: where, and the permission bits of its original. */
export interface WrittenFile {
  readonly path: string;
  readonly mode: number;
}

export interface Backup {
  /** Absolute path of its directory. */
  readonly path: string;
  readonly manifest: Manifest;
}

/**
 * Adds a backup. `write` puts the files into the directory it is given and names them; they are then made durable, read
 * back for their checksums and listed in the manifest, which is written last. After any failure nothing is left.
 * Errors: `VOPS-DISK-FULL`, `VOPS-FILE`, `VOPS-FILE-UNSAFE`, and those of `write`.
 */
export async function createBackup(
  catalogue: string,
  draft: BackupDraft,
  write: (into: string) => Promise<readonly WrittenFile[]>,
): Promise<Backup> {
  await ensurePrivateDirectory(catalogue);
  const id = `${draft.kind}-${stampOf(draft.createdAt)}-${randomBytes(4).toString('hex')}`;
  const path = join(catalogue, id);
  const partial = `${path}.partial`;
  try {
    await mkdir(partial, { mode: 0o700 }); // fails rather than share a directory
    await chmod(partial, 0o700);
    const files = await secureFiles(partial, await write(partial));
    const manifest = manifestOf(id, draft, files);
    await writeFileAtomic(join(partial, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    await rename(partial, path);
    await syncDirectory(catalogue);
    return { path, manifest };
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined); // the first error tells more
    throw fileError('make the backup', path, error);
  }
}

/** `20261123T030000Z`: sorts by time, and is a file name everywhere. */
const stampOf = (time: Date) => time.toISOString().replace(/\.\d+|[-:]/g, '');

function manifestOf(id: string, draft: BackupDraft, files: Manifest['files']): Manifest {
  const { kind, source, name, notes, createdAt } = draft;
  const about = { id, kind, ...(name === undefined ? {} : { name }), createdAt: createdAt.toISOString() };
  return { schemaVersion: 1, ...about, host: hostname(), source, files, notes: [...notes] };
}

/** Private, on the disk and checksummed; then their directories, deepest first. */
async function secureFiles(root: string, written: readonly WrittenFile[]): Promise<Manifest['files']> {
  const files: Manifest['files'] = [];
  for (const { path, mode } of written) {
    const absolute = join(root, path);
    await makeDurable(absolute);
    files.push({ path, ...(await checksum(absolute)), mode: `0${(mode & 0o777).toString(8).padStart(3, '0')}` });
  }
  for (const directory of directoriesOf(written)) {
    await chmod(join(root, directory), 0o700);
    await syncDirectory(join(root, directory));
  }
  return files;
}

function directoriesOf(written: readonly WrittenFile[]): readonly string[] {
  const directories = new Set<string>();
  for (const { path } of written) {
    for (let above = dirname(path); above !== '.'; above = dirname(above)) directories.add(above);
  }
  return [...directories].sort().reverse();
}

async function makeDurable(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.chmod(0o600);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function checksum(path: string): Promise<{ sizeBytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
  });
  return { sizeBytes, sha256: hash.digest('hex') };
}
