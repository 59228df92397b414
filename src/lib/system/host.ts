/** What the file systems, memory and load of this host are at this moment: quick, and without systeminformation. */
import { stat, statfs } from 'node:fs/promises';
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';

export interface FileSystem {
  readonly path: string;
  readonly device: string;
  /** 0..1; null when the file system gave no answer. */
  readonly usage: number | null;
  readonly inodeUsage: number | null;
}

export interface HostFigures {
  /** Load average of 5 minutes divided by the processors. */
  readonly loadPerProcessor: number;
  readonly memoryUsage: number;
  readonly fileSystems: readonly FileSystem[];
}

/** The file systems are those of / and of the backend's root. */
export async function readHost(root: string): Promise<HostFigures> {
  return {
    loadPerProcessor: (loadavg()[1] ?? 0) / availableParallelism(),
    memoryUsage: 1 - freemem() / totalmem(), // Linux: MemAvailable, so caches count as free
    fileSystems: await readFileSystems(['/', root]),
  };
}

/** A dead NFS mount never answers. */
const STATFS_TIMEOUT_MS = 2_000;

/** Those of the paths that exist, one per file system. */
async function readFileSystems(paths: readonly string[]): Promise<FileSystem[]> {
  const read = await Promise.all(paths.map((path) => inTime(readFileSystem(path), path)));
  const present = read.filter((system) => system !== undefined);
  return present.filter(({ device }, index) => present.findIndex((other) => other.device === device) === index);
}

async function readFileSystem(path: string): Promise<FileSystem | undefined> {
  try {
    const [{ dev }, { blocks, bfree, bavail, files, ffree }] = await Promise.all([stat(path), statfs(path)]);
    const used = blocks - bfree;
    return {
      path,
      device: String(dev),
      usage: used + bavail === 0 ? 0 : used / (used + bavail), // as df: blocks kept for root are not ours to use
      inodeUsage: files === 0 ? 0 : 1 - ffree / files, // btrfs has no inode table: 0 files
    };
  } catch {
    return undefined; // the backend's root need not be on this host
  }
}

async function inTime(work: Promise<FileSystem | undefined>, path: string): Promise<FileSystem | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<FileSystem>((resolve) => {
    timer = setTimeout(() => resolve({ path, device: path, usage: null, inodeUsage: null }), STATFS_TIMEOUT_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
