/** Files given their final name, which is never one that is taken. */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { OperatorError, systemCode } from '../errors.js';
import type { HeldDirectory } from './directory.js';

/**
 * Opens a file of the directory and lends it to the callback. Never follows a link, never waits for the other end of a
 * FIFO.
 * Errors: `VOPS-FILE-UNSAFE` for anything but a regular file with one name; those of the file system.
 */
export async function withRegularFile<T>(
  { directory, name, flags }: { readonly directory: HeldDirectory; readonly name: string; readonly flags: number },
  use: (file: FileHandle, found: Stats) => Promise<T>,
): Promise<T> {
  const file = await open(directory.at(name), flags | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (!found.isFile() || found.nlink > 1) {
      throw new OperatorError('VOPS-FILE-UNSAFE', `${name} is no longer a regular file with one name`, {
        hint: `find out what changes it: ls -li ${directory.path}`,
      });
    }
    return await use(file, found);
  } finally {
    await file.close();
  }
}

type Likeness = Pick<Stats, 'uid' | 'gid' | 'mode'>;

/** A new file with the mode and the owner of another, whatever the umask. The caller closes it. */
export async function createLike(directory: HeldDirectory, name: string, like: Likeness): Promise<FileHandle> {
  const file = await open(directory.at(name), 'wx+', 0o600);
  try {
    await giveOwnerAndMode(file, like);
    return file;
  } catch (error) {
    await file.close();
    await rm(directory.at(name), { force: true });
    throw error;
  }
}

/** The owner first: changing it takes bits off the mode. */
async function giveOwnerAndMode(file: FileHandle, { uid, gid, mode }: Likeness): Promise<void> {
  const own = await file.stat();
  if (own.uid !== uid || own.gid !== gid) await file.chown(uid, gid);
  await file.chmod(mode & 0o777);
}

/** More files of one name and one second than any fault makes. */
const MAX_NUMBER = 999;

/**
 * Renames a file to the first of the names that is free, and returns that name. An empty file holds the name for the
 * moment between: the one way to rename without overwriting that every file system has.
 */
export async function renameToFree(
  directory: HeldDirectory,
  from: string,
  nameOf: (number: number) => string,
): Promise<string> {
  const name = await reserve(directory, nameOf);
  try {
    await rename(directory.at(from), directory.at(name));
    return name;
  } catch (error) {
    await rm(directory.at(name), { force: true });
    throw error;
  }
}

async function reserve(directory: HeldDirectory, nameOf: (number: number) => string): Promise<string> {
  for (let number = 0; ; number++) {
    const name = nameOf(number);
    try {
      await (await open(directory.at(name), 'wx', 0o600)).close();
      return name;
    } catch (error) {
      if (systemCode(error) !== 'EEXIST' || number === MAX_NUMBER) throw error;
    }
  }
}
