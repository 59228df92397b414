/** Writes the content of a backup into an empty directory of ours. */
import { chmod, type FileHandle, lchown, lutimes, mkdir, open, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from '../../files/index.js';
import { type Entry, permissionsOf } from '../archive/contents.js';
import type { Packed } from './content.js';

export interface UnpackOptions {
  readonly directory: string;
  /** Everything stays ours alone: for a look at the content. */
  readonly isPrivate?: boolean;
  /** On the disk, not only handed to the system, when it returns: for what is to take the place of other files. */
  readonly isDurable?: boolean;
}

/**
 * Unpacks all of it. Nobody else may be able to write in the directory, so that what is made there stays what it is.
 * Files and links get the modes and times of their entries, without setuid, setgid and sticky, and the owners when we
 * are root; directories get theirs from `finishDirectories`.
 * Errors: `VOPS-DISK-FULL`, `VOPS-FILE`, those of `readAll`. What was written stays.
 */
export async function unpack({ readAll }: Packed, options: UnpackOptions): Promise<void> {
  await readAll(async (entry, content) => {
    const path = join(options.directory, entry.path);
    try {
      await MAKE[entry.type](path, { entry, content, options });
    } catch (error) {
      throw fileError('write', path, error);
    }
    for await (const _ of content); // what is no file has none, and that too is checked
  });
}

/**
 * Gives directories their mode, owner and time: last, and from below, for what is put into a directory changes its time,
 * and its mode may forbid it. Errors: `VOPS-FILE`.
 */
export async function finishDirectories(root: string, directories: readonly Entry[]): Promise<void> {
  for (const entry of directories.toReversed()) {
    const path = join(root, entry.path);
    try {
      if (isRoot()) await lchown(path, entry.uid, entry.gid);
      await chmod(path, permissionsOf(entry));
      await utimes(path, timeOf(entry), timeOf(entry));
    } catch (error) {
      throw fileError('finish the directory', path, error);
    }
  }
}

interface Making {
  readonly entry: Entry;
  readonly content: AsyncIterable<Buffer>;
  readonly options: UnpackOptions;
}

const MAKE: Readonly<Record<Entry['type'], (path: string, making: Making) => Promise<unknown>>> = {
  directory: (path) => mkdir(path, { mode: 0o700 }),
  file: makeFile,
  link: makeLink,
};

async function makeFile(path: string, { entry, content, options }: Making): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of content) await writeAll(file, chunk);
    if (options.isPrivate) return;
    if (isRoot()) await file.chown(entry.uid, entry.gid); // first: it takes bits off the mode
    await file.chmod(permissionsOf(entry));
    await file.utimes(timeOf(entry), timeOf(entry));
    if (options.isDurable) await file.sync();
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let done = 0; done < chunk.length; ) done += (await file.write(chunk, done)).bytesWritten;
}

async function makeLink(path: string, { entry, options }: Making): Promise<void> {
  await symlink(entry.target ?? '', path);
  if (options.isPrivate) return;
  if (isRoot()) await lchown(path, entry.uid, entry.gid);
  await lutimes(path, timeOf(entry), timeOf(entry));
}

/** In seconds, and half a microsecond more: Node cuts off what is behind the last microsecond it can tell. */
const timeOf = ({ modifiedAt }: Entry) => Date.parse(modifiedAt) / 1000 + 5e-7;
const isRoot = () => process.getuid?.() === 0;
