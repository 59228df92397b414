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
    return rightsOf(path, await stat(real), await mayBeReached(dirname(real)));
  } catch (error) {
    const code = systemCode(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? null : (code ?? 'unreadable');
  }
}

/** Below this nothing is looked at: what npm installs, and what git keeps, is as the directory above. */
const PASSED_OVER: ReadonlySet<string> = new Set(['node_modules', '.git', '.cache', 'uploads']);

export interface Walked {
  readonly found: FileRights[];
  /** Directories that we may not list, and the error's code. */
  readonly unread: { readonly path: string; readonly reason: string }[];
}

/** What is below a directory, links not followed, up to so many entries. */
export async function walk(directory: FileRights, limit: number): Promise<Walked> {
  const walked: Walked = { found: [], unread: [] };
  const waiting = [directory];
  for (let next = waiting.pop(); next !== undefined && walked.found.length < limit; next = waiting.pop()) {
    const entries = await entriesOf(next, limit - walked.found.length);
    if (typeof entries === 'string') walked.unread.push({ path: next.path, reason: entries });
    else {
      walked.found.push(...entries);
      waiting.push(...entries.filter(({ isDirectory }) => isDirectory));
    }
  }
  return walked;
}

/** The error's code where the directory cannot be listed. What goes meanwhile is left out, and so are links. */
async function entriesOf({ path, mode, isReachable }: FileRights, limit: number): Promise<FileRights[] | string> {
  const names = await readdir(path).catch((error: unknown) => systemCode(error) ?? 'unreadable');
  if (typeof names === 'string') return names;
  const entries: FileRights[] = [];
  for (const name of names.filter((each) => !PASSED_OVER.has(each)).slice(0, limit)) {
    const stats = await lstat(join(path, name)).catch(() => undefined);
    if (stats === undefined || stats.isSymbolicLink()) continue;
    entries.push(rightsOf(join(path, name), stats, isReachable && (mode & 0o001) !== 0));
  }
  return entries;
}

const rightsOf = (path: string, stats: Stats, reachable: boolean): FileRights => ({
  path,
  mode: stats.mode & 0o7777,
  uid: stats.uid,
  isDirectory: stats.isDirectory(),
  isReachable: reachable,
});

async function mayBeReached(directory: string): Promise<boolean> {
  for (let at = directory; ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
