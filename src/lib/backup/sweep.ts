/** What a killed process leaves in the catalogue. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isLocked } from '../process/index.js';

export const PARTIAL = '.partial';
const LOCK = '.lock';

/** The lock held by whoever makes the backup at this path: taken before its directory is there, freed by the kernel. */
export const lockOf = (path: string): string => `${path}${LOCK}`;

/** Removes unfinished backups that nobody is making any more, and returns their paths. Errors: those of the file system. */
export async function sweepInterrupted(catalogue: string): Promise<readonly string[]> {
  const names = await readdir(catalogue).catch(() => []);
  const swept: string[] = [];
  for (const name of names.filter((candidate) => candidate.endsWith(PARTIAL))) {
    const path = join(catalogue, name);
    const lock = lockOf(path.slice(0, -PARTIAL.length));
    if (await isLocked(lock)) continue;
    await rm(path, { recursive: true, force: true });
    swept.push(path);
  }
  for (const name of names.filter((candidate) => candidate.endsWith(LOCK)))
    await removeStaleLock(join(catalogue, name));
  return swept;
}

/** One just made may not be locked yet; nobody takes an hour for that. */
const STALE_AFTER_MS = 3_600_000;

async function removeStaleLock(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || Math.abs(Date.now() - found.mtimeMs) < STALE_AFTER_MS) return;
  if (!(await isLocked(path))) await rm(path, { force: true });
}
