/** How full the file systems are on which paths lie. */
import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface FileSystemReading {
  /** The first of the paths on it. */
  readonly path: string;
  readonly device: string;
  /** Null when it gave no answer in time. */
  readonly space: FileSystemSpace | null;
}

interface FileSystemSpace {
  readonly usedBytes: number;
  /** Used, and free for ordinary users: as df, blocks kept for root are not ours to use. */
  readonly sizeBytes: number;
  readonly usedInodes: number;
  /** 0 where there is no table of them, as on btrfs. */
  readonly inodes: number;
}

/** A dead NFS mount never answers. */
const TIMEOUT_MS = 2_000;

/** Those of the paths that exist, one per file system. */
export async function readFileSystems(paths: readonly string[]): Promise<FileSystemReading[]> {
  const read = await Promise.all(paths.map((path) => inTime(readFileSystem(path), path)));
  const present = read.filter((reading) => reading !== undefined);
  return present.filter(({ device }, index) => present.findIndex((other) => other.device === device) === index);
}

/** The topmost directory of the file system on which the path lies: its name does not change with what is made there. */
export async function mountPointOf(path: string): Promise<string> {
  const above = dirname(path);
  if (above === path) return path;
  const [own, parent] = await Promise.all([stat(path), stat(above)]);
  return own.dev === parent.dev ? mountPointOf(above) : path;
}

async function readFileSystem(path: string): Promise<FileSystemReading | undefined> {
  try {
    const [{ dev }, { bsize, blocks, bfree, bavail, files, ffree }] = await Promise.all([stat(path), statfs(path)]);
    const used = blocks - bfree;
    const space = {
      usedBytes: used * bsize,
      sizeBytes: (used + bavail) * bsize,
      usedInodes: files - ffree,
      inodes: files,
    };
    return { path, device: String(dev), space };
  } catch {
    return undefined; // the backend's root need not be on this host
  }
}

async function inTime(
  work: Promise<FileSystemReading | undefined>,
  path: string,
): Promise<FileSystemReading | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<FileSystemReading>((resolve) => {
    timer = setTimeout(() => resolve({ path, device: path, space: null }), TIMEOUT_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
