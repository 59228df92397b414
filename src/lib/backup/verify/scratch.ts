/** Directories for verifications, below the state directory. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from '../../files/index.js';
import { isLocked, withLock } from '../../process/index.js';

const SCRATCH = /^(verify-[\w-]+?)(\.lock)?$/;

export interface ScratchOptions {
  /** The state directory. */
  readonly state: string;
  readonly id: string;
  readonly signal: AbortSignal;
}

/**
 * Lends a new directory for the callback and removes it afterwards. What killed runs have left is removed first.
 * Errors: `VOPS-LOCK-BUSY` when another run verifies the same backup; `VOPS-FILE`, `VOPS-DISK-FULL`.
 */
export async function withScratch<T>(
  { state, id, signal }: ScratchOptions,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  await sweepScratch(state);
  const directory = join(state, `verify-${id}`);
  const holder = { command: 'backup verify', runId: id, startedAt: new Date().toISOString() };
  return withLock(lockOf(directory), { waitMs: 0, signal, holder }, async () => {
    try {
      await mkdir(directory, { mode: 0o700 });
      return await use(directory);
    } catch (error) {
      throw fileError('use the directory', directory, error);
    } finally {
      await rm(directory, { recursive: true, force: true }).catch(() => undefined); // else the next run does
      await rm(lockOf(directory), { force: true }).catch(() => undefined);
    }
  });
}

const lockOf = (directory: string) => `${directory}.lock`;

/** Removes the directories that nobody works in any more. */
async function sweepScratch(state: string): Promise<void> {
  const names = await readdir(state).catch(() => []);
  const found = names.flatMap((name) => SCRATCH.exec(name)?.[1] ?? []);
  for (const directory of new Set(found.map((name) => join(state, name)))) {
    if (await isLocked(lockOf(directory))) continue;
    await rm(directory, { recursive: true, force: true });
    await rm(lockOf(directory), { force: true });
  }
}
