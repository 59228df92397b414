/** The one way we write a file that matters: a reader sees the old content or the new, never a part. */
import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../errors.js';
import { fileError } from './errors.js';

interface Rights {
  /** Default: 0600. */
  readonly mode?: number;
  /** Whose it is to be, as far as we may give it away: a file of others that we replace as root stays theirs. */
  readonly owner?: Pick<Stats, 'uid' | 'gid'> | undefined;
}

/**
 * Writes a file whole or not at all: a `.partial` beside it, fsync, rename, fsync of the directory. It survives a crash
 * or a power cut at any point, and its mode does not depend on the umask.
 * Errors: `VOPS-DISK-FULL`, `VOPS-FILE`; the old content stays and no `.partial` is left.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array, rights: Rights = {}): Promise<void> {
  const partial = `${path}.${randomBytes(6).toString('hex')}.partial`;
  try {
    await writeNew(partial, data, rights);
    await rename(partial, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined); // the first error is the one that tells something
    throw fileError('write', path, error);
  }
}

/** Makes renames in this directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  let directory: FileHandle | undefined;
  try {
    directory = await open(path, 'r');
    await directory.sync();
  } catch (error) {
    // Some network file systems, and Windows, have no fsync of directories; the rename itself is done.
    if (!['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM'].includes(systemCode(error) ?? '')) throw error;
  } finally {
    await directory?.close();
  }
}

async function writeNew(path: string, data: string | Uint8Array, { mode = 0o600, owner }: Rights): Promise<void> {
  const file = await open(path, 'wx', 0o600); // wx: never through a symlink or into a file that is already there
  try {
    if (owner) await giveTo(file, owner); // first: changing it takes bits off the mode
    await file.chmod(mode);
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Only root may give a file to anybody. */
async function giveTo(file: FileHandle, { uid, gid }: NonNullable<Rights['owner']>): Promise<void> {
  try {
    await file.chown(uid, gid);
  } catch (error) {
    if (systemCode(error) !== 'EPERM') throw error;
  }
}
