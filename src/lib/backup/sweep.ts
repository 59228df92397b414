/** What a killed process leaves in the catalogue. Nothing but names of ours is ever touched. */
import { lstat, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type OperatorError, systemCode } from '../errors.js';
import { fileError, type HeldDirectory, withDirectory } from '../files/index.js';
import { isLocked } from '../process/index.js';
import { BACKUP_ID } from './manifest.js';

export const PARTIAL = '.partial';
const LOCK = '.lock';

/** The lock held by whoever makes the backup at this path: taken before its directory is there, freed by the kernel. */
export const lockOf = (path: string): string => `${path}${LOCK}`;

/** Paths of unfinished backups, and of half removed ones, that nobody works on any more. Errors: `VOPS-FILE…`. */
export async function findInterrupted(catalogue: string): Promise<readonly string[]> {
  const names = await namesIn(catalogue, PARTIAL);
  const found: string[] = [];
  for (const name of names) {
    const path = join(catalogue, name);
    if (await isLocked(lockOf(path.slice(0, -PARTIAL.length)))) continue;
    // Looked for after its lock: had it been finished in between, it would have another name by now.
    if (await exists(path)) found.push(path);
  }
  return found;
}

/** Whether somebody makes a backup in this catalogue now. Errors: `VOPS-FILE`. */
export async function isBackupRunning(catalogue: string): Promise<boolean> {
  for (const name of await namesIn(catalogue, LOCK)) if (await isLocked(join(catalogue, name))) return true;
  return false;
}

/** Removes what `findInterrupted` finds, and returns what is gone. What cannot be removed never stops a new backup. */
export async function sweepInterrupted(
  catalogue: string,
  onFailure: (error: OperatorError) => void = () => {},
): Promise<readonly string[]> {
  const swept: string[] = [];
  const attempt = async (path: string, work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      onFailure(fileError('remove what is left in', path, error));
    }
  };
  await attempt(catalogue, async () => {
    const found = await findInterrupted(catalogue);
    const locks = await namesIn(catalogue, LOCK);
    if (found.length + locks.length === 0) return;
    await withDirectory(catalogue, async (held) => {
      for (const path of found) {
        await attempt(path, async () => swept.push(await removePart(held, path)));
      }
      for (const name of locks) await attempt(join(catalogue, name), () => removeStaleLock(held.at(name)));
    });
  });
  return swept;
}

/** Names of ours with this ending: others may keep files here, too, such as the `.partial` of a download. */
async function namesIn(catalogue: string, ending: string): Promise<readonly string[]> {
  const names = await readdir(catalogue).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw fileError('read the catalogue', catalogue, error);
  });
  return names.filter((name) => name.endsWith(ending) && BACKUP_ID.test(name.slice(0, -ending.length)));
}

const exists = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

async function removePart(held: HeldDirectory, path: string): Promise<string> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  await rm(held.at(name), { recursive: true, force: true });
  await rm(held.at(lockOf(name.slice(0, -PARTIAL.length))), { force: true });
  return path;
}

/** One just made may not be locked yet; nobody takes an hour for that. */
const STALE_AFTER_MS = 3_600_000;

async function removeStaleLock(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || Math.abs(Date.now() - found.mtimeMs) < STALE_AFTER_MS) return;
  if (!(await isLocked(path))) await rm(path, { force: true });
}
