/** Where a restore goes, what it would meet there, and how what was unpacked gets its place. */
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OperatorError, systemCode } from '../../errors.js';
import { fileError, syncDirectory } from '../../files/index.js';
import type { Entry } from '../archive/contents.js';

export interface Target {
  readonly path: string;
  readonly isNew: boolean;
  /** Where it is unpacked first, on the same disk. */
  readonly stage: string;
}

/**
 * Looks at the directory. One that is not there will be made, one that has something in it wants `overwrite`.
 * Errors: `VOPS-USAGE` for one that is not empty; `VOPS-FILE` for what is no directory.
 */
export async function inspectTarget(path: string, overwrite: boolean): Promise<Target> {
  const found = await statOf(path);
  const stageName = `.${basename(path)}.viktoria-ops.partial`; // so that nobody's own directory has this name
  if (found === undefined) return { path, isNew: true, stage: join(dirname(path), stageName) };
  if (!found.isDirectory()) {
    throw new OperatorError('VOPS-FILE', `${path} is no directory`, { hint: 'name a new one; links are not followed' });
  }
  const names = await readdir(path).catch((error: unknown) => {
    throw fileError('read the directory', path, error);
  });
  if (!overwrite && names.some((name) => name !== stageName)) {
    throw new OperatorError('VOPS-USAGE', `${path} is not empty`, {
      hint: 'name a new directory, or add --overwrite; --dry-run then shows which files it would replace',
    });
  }
  return { path, isNew: false, stage: join(path, stageName) };
}

/** What becomes of an entry: `keep` is a directory that is there already. */
export type Action = 'create' | 'overwrite' | 'keep';

/** What each entry would meet. @throws OperatorError VOPS-FILE where a directory and something else meet. */
export async function actionsFor({ path, isNew }: Target, entries: readonly Entry[]): Promise<readonly Action[]> {
  if (isNew) return entries.map(() => 'create');
  const actions: Action[] = [];
  const absent = new Set<string>();
  for (const entry of entries) {
    // Never looked up below what is no directory there: that could be a link to elsewhere.
    const action = absent.has(dirname(entry.path)) ? 'create' : await actionFor(path, entry);
    if (action === 'create' && entry.type === 'directory') absent.add(entry.path);
    actions.push(action);
  }
  return actions;
}

async function actionFor(root: string, { path, type }: Entry): Promise<Action> {
  const found = await statOf(join(root, path));
  if (found === undefined) return 'create';
  if (found.isDirectory() !== (type === 'directory')) {
    const what = found.isDirectory() ? 'a directory' : found.isSymbolicLink() ? 'a symbolic link' : 'no directory';
    throw new OperatorError('VOPS-FILE', `${join(root, path)} is ${what}, and in the backup it is a ${type}`, {
      hint: 'move it away, or restore into a new directory',
    });
  }
  return type === 'directory' ? 'keep' : 'overwrite';
}

/** Makes the stage anew for the callback, and removes it afterwards. */
export async function withStage(stage: string, use: () => Promise<void>): Promise<void> {
  try {
    await rm(stage, { recursive: true, force: true }); // of a restore that was killed
    await mkdir(stage, { mode: 0o700 });
    await use();
  } catch (error) {
    throw fileError('restore into', stage, error);
  } finally {
    await rm(stage, { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * Gives what is unpacked its place: all at once in a new directory, else one by one, each by a rename. Returns the
 * directories that are new.
 */
export async function moveIntoPlace(target: Target, entries: readonly Entry[]): Promise<readonly Entry[]> {
  const actions = await actionsFor(target, entries);
  if (target.isNew) await rename(target.stage, target.path);
  else await moveEach(target, entries, actions);
  await syncDirectory(target.isNew ? dirname(target.path) : target.path);
  return entries.filter(({ type }, index) => type === 'directory' && actions[index] === 'create');
}

async function moveEach(target: Target, entries: readonly Entry[], actions: readonly Action[]): Promise<void> {
  const moved = new Set<string>();
  for (const [index, { path, type }] of entries.entries()) {
    const isBelowMoved = moved.has(dirname(path));
    if (type === 'directory' && (isBelowMoved || actions[index] === 'create')) moved.add(path);
    if (isBelowMoved || actions[index] === 'keep') continue; // what is moved takes along all that is below
    await rename(join(target.stage, path), join(target.path, path)).catch((error: unknown) => {
      throw fileError('put into its place', join(target.path, path), error);
    });
  }
}

async function statOf(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileError('look at', path, error);
  }
}
