/** Who may get at a file: its own rights, and those of the directories on the way. */
import type { Stats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from '../../errors.js';

export interface FileRights {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly isDirectory: boolean;
  /** Every directory on the way lets others through. */
  readonly isReachable: boolean;
}

/** The rights of what a path leads to; null where nothing is, and the error's code where that cannot be told. */
export async function readRights(path: string): Promise<FileRights | string | null> {
  try {
    const real = await realpath(path);
    return rightsOf(path, await stat(real), await isReachable(dirname(real)));
  } catch (error) {
    const code = systemCode(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? null : (code ?? 'unreadable');
  }
}

/** Below this nothing is looked at: what npm installs, and what git keeps, is as the directory above. */
const PASSED_OVER: ReadonlySet<string> = new Set(['node_modules', '.git', '.cache', 'uploads']);

/** What is below a directory, links not followed, up to so many entries; what cannot be read is passed over. */
export async function walk(directory: FileRights, limit: number): Promise<FileRights[]> {
  const found: FileRights[] = [];
  const waiting = [directory];
  for (let next = waiting.pop(); next !== undefined && found.length < limit; next = waiting.pop()) {
    const { path, mode, isReachable: isParentReachable } = next;
    const isOpen = isParentReachable && (mode & 0o001) !== 0;
    for (const name of await readdir(path).catch(() => [])) {
      if (PASSED_OVER.has(name)) continue;
      const stats = await lstat(join(path, name)).catch(() => undefined);
      if (stats === undefined || stats.isSymbolicLink()) continue;
      const rights = rightsOf(join(path, name), stats, isOpen);
      found.push(rights);
      if (rights.isDirectory) waiting.push(rights);
    }
  }
  return found.slice(0, limit);
}

const rightsOf = (path: string, stats: Stats, reachable: boolean): FileRights => ({
  path,
  mode: stats.mode & 0o7777,
  uid: stats.uid,
  isDirectory: stats.isDirectory(),
  isReachable: reachable,
});

async function isReachable(directory: string): Promise<boolean> {
  for (let at = directory; ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
