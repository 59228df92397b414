/** What the file systems, memory and load of this host are at this moment: quick, and without systeminformation. */
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import { type FileSystemReading, readFileSystems } from '../files/file-systems.js';

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
    fileSystems: (await readFileSystems(['/', root])).map(usageOf),
  };
}

function usageOf({ path, device, space }: FileSystemReading): FileSystem {
  if (space === null) return { path, device, usage: null, inodeUsage: null };
  const { usedBytes, sizeBytes, usedInodes, inodes } = space;
  const shareOf = (used: number, all: number) => (all === 0 ? 0 : used / all);
  return { path, device, usage: shareOf(usedBytes, sizeBytes), inodeUsage: shareOf(usedInodes, inodes) };
}
