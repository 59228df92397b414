/** A directory held open while we work in it, so that nobody can put another in its place on the way. */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readlink, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { OperatorError, systemCode } from '../errors.js';
import { fileError } from './errors.js';

export interface HeldDirectory {
  readonly path: string;
  /** Path of a file in this very directory, even if its name by now stands for another one. */
  readonly at: (name: string) => string;
  /** Makes renames in it durable. */
  readonly sync: () => Promise<void>;
}

/**
 * Opens a directory for the length of the callback. As root, only a directory that nobody else can change or redirect.
 * Errors: `VOPS-FILE-UNSAFE`, `VOPS-FILE`.
 */
export function withDirectory<T>(path: string, use: (directory: HeldDirectory) => Promise<T>): Promise<T> {
  return held(path, use, process.getuid?.() === 0);
}

/** The same for who only reads regular files there: Debian's `/var/log/postgresql` is one that a group can change. */
export function withDirectoryToRead<T>(path: string, use: (directory: HeldDirectory) => Promise<T>): Promise<T> {
  return held(path, use, false);
}

async function held<T>(path: string, use: (directory: HeldDirectory) => Promise<T>, mustBeSafe: boolean): Promise<T> {
  const handle = await openDirectory(path, mustBeSafe);
  try {
    return await use({ path, at: pathsThrough(handle, path), sync: () => syncHandle(handle) });
  } finally {
    await handle.close();
  }
}

async function openDirectory(path: string, mustBeSafe: boolean): Promise<FileHandle> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK);
    if (mustBeSafe) await refuseRedirectable(path, await handle.stat());
    return handle;
  } catch (error) {
    await handle?.close();
    throw fileError('use the directory', path, error);
  }
}

/** Linux resolves names below /proc/self/fd/N in the directory that was opened: the openat(2) that Node lacks. */
function pathsThrough({ fd }: FileHandle, path: string): (name: string) => string {
  const base = process.platform === 'linux' ? `/proc/self/fd/${fd}` : path;
  return (name) => `${base}/${name}`;
}

async function syncHandle(handle: FileHandle): Promise<void> {
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems have no fsync of directories; the rename itself is done.
    if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes(systemCode(error) ?? '')) throw error;
  }
}

/**
 * Whoever can exchange a part of the path can lead us elsewhere. So every directory the path goes through belongs to
 * root or to the owner of the directory it ends in, and nobody else may write there.
 */
async function refuseRedirectable(path: string, opened: Stats): Promise<void> {
  const trusted = [0, opened.uid];
  const { steps, end } = await walk(path);
  for (const { directory, found, entry } of steps) {
    if (!trusted.includes(found.uid) || (othersMayWrite(found) && !isKeptBySticky(found, entry, trusted))) {
      throw redirectable(path, directory, found);
    }
  }
  if (othersMayWrite(opened)) throw redirectable(path, path, opened);
  if (end.dev !== opened.dev || end.ino !== opened.ino) {
    throw new OperatorError('VOPS-FILE-UNSAFE', `${path} was exchanged while it was looked at`, {
      hint: `find out who does that: ls -ld ${path}`,
    });
  }
}

interface WalkStep {
  readonly directory: string;
  readonly found: Stats;
  readonly entry: Stats;
}

/** Linux's own limit, see path_resolution(7). */
const MAX_LINKS = 40;

/** Every directory in which a part of the path is looked up, through symbolic links as the kernel goes. */
async function walk(path: string): Promise<{ steps: WalkStep[]; end: Stats }> {
  const steps: WalkStep[] = [];
  const parts = partsOf(resolve(path));
  let directory = '/';
  let links = 0;
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const next = join(directory, part);
    const entry = await lstat(next);
    steps.push({ directory, found: await stat(directory), entry });
    if (entry.isSymbolicLink() && ++links <= MAX_LINKS) {
      const target = await readlink(next);
      parts.unshift(...partsOf(target));
      if (isAbsolute(target)) directory = '/';
    } else directory = next;
  }
  return { steps, end: await stat(directory) };
}

const partsOf = (path: string) => path.split(sep).filter((part) => part !== '');

/** A group of the owner's own number is the owner alone, as useradd(8) makes it; root's group is root. */
const othersMayWrite = ({ mode, uid, gid }: Stats) =>
  (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== 0 && gid !== uid);

/** In a sticky directory such as /tmp only its owner can rename or remove an entry. */
const isKeptBySticky = ({ mode }: Stats, entry: Stats, trusted: readonly number[]) =>
  (mode & 0o1000) !== 0 && trusted.includes(entry.uid);

function redirectable(path: string, directory: string, { mode, uid, gid }: Stats): OperatorError {
  const rights = `mode ${(mode & 0o7777).toString(8).padStart(4, '0')}, owner ${uid}:${gid}`;
  return new OperatorError(
    'VOPS-FILE-UNSAFE',
    `as root, nothing is changed in ${path}: others could redirect it through ${directory} (${rights})`,
    {
      hint: `run as the owner of the files (sudo -u), or make the way safe: chmod go-w ${directory}; namei -l ${path}`,
    },
  );
}
