/** Directories for verifications, below the state directory. */
import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { explain, OperatorError } from '../../errors.js';
import { fileError } from '../../files/index.js';
import { isLocked, withLock } from '../../process/index.js';
import type { Finding } from '../../status.js';
import type { PackedSite } from '../unpack/content.js';

/** Says nothing about the backup: the disk is ours, and so is the directory. */
const OF_THE_SCRATCH = /^VOPS-(LOCK-BUSY|DISK-FULL|FILE|FILE-UNSAFE)$/;

/**
 * What the callback finds out in a new directory. Where that cannot be had or filled, nothing is known of the backup.
 * Errors: those of the callback that are not about the directory.
 */
export async function proveInScratch(
  { context, manifest: { id } }: PackedSite,
  use: (directory: string) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await withScratch({ state: await context.state(), id, signal: context.signal }, use);
  } catch (error) {
    const isOurs = error instanceof OperatorError && OF_THE_SCRATCH.test(error.code);
    if (!isOurs || context.signal.aborted) throw error;
    return [{ ...explain(error), severity: 'unknown' }];
  }
}

const SCRATCH = /^(verify-[\w-]+?)(\.lock)?$/;

interface ScratchOptions {
  /** The state directory. */
  readonly state: string;
  readonly id: string;
  readonly signal: AbortSignal;
}

/**
 * Lends a new directory for the callback and removes it afterwards. What killed runs have left is removed first.
 * Errors: `VOPS-LOCK-BUSY` when another run verifies the same backup; `VOPS-FILE`, `VOPS-DISK-FULL`.
 */
async function withScratch<T>(
  { state, id, signal }: ScratchOptions,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  await sweepScratch(state);
  // Past all links: what is compared afterwards must be found to lie where it was looked for.
  const directory = join(await realpath(state), `verify-${id}`);
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
