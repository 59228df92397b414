/** Several files replaced together: all of them or, as far as the file system allows, none. */
import { constants, type Stats } from 'node:fs';
import { chown, lstat, mkdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { OperatorError } from '../../errors.js';
import { createLike, fileError, withDirectory } from '../../files/index.js';

/** Content for a path, or null for a file that goes. */
export interface Write {
  readonly path: string;
  readonly content: Buffer | null;
  /** Permission bits, of what is written. */
  readonly mode: number;
}

/** Below which missing directories are made, with its owner. */
interface Site {
  readonly root: string;
  readonly suffix: string;
}

/**
 * First everything is written beside its place and made durable, then renamed. When a rename fails, those before it are
 * undone. Errors: `VOPS-FILE…`, `VOPS-DISK-FULL`; the files are then as they were, or the error says which are not.
 */
export async function writeTogether(writes: readonly Write[], site: Site): Promise<void> {
  const made: string[] = [];
  const done: Undo[] = [];
  try {
    for (const write of writes) await stage(write, site, made);
    for (const write of writes) done.push(await putInPlace(write, site));
  } catch (error) {
    const lost = await undo(done);
    for (const directory of made.reverse()) await rmdir(directory).catch(() => undefined);
    throw lost.length === 0 ? error : notUndone(lost, error);
  } finally {
    for (const { path } of writes) await rm(path + site.suffix, { force: true }).catch(() => undefined);
  }
}

async function stage({ path, content, mode }: Write, site: Site, made: string[]): Promise<void> {
  if (content === null) return;
  try {
    await makeDirectories(dirname(path), site, made);
    const like = (await lstat(path).catch(() => undefined)) ?? (await lstat(dirname(path)));
    const { uid, gid } = like;
    await withDirectory(dirname(path), async (directory) => {
      const file = await createLike(directory, basename(path) + site.suffix, { uid, gid, mode });
      try {
        await file.writeFile(content);
        await file.sync();
      } finally {
        await file.close();
      }
    });
  } catch (error) {
    throw fileError('write', path, error);
  }
}

/** One by one, so that none is made through a link that appears on the way. */
async function makeDirectories(directory: string, { root }: Site, made: string[]): Promise<void> {
  const steps = relative(root, directory).split(sep);
  if (steps[0] === '' || steps[0] === '..') return;
  let path = root;
  const owner = await lstat(root);
  for (const step of steps) {
    path = join(path, step);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory()) continue;
    await mkdir(path, { mode: owner.mode & 0o777 }); // fails for anything else that stands there
    made.push(path);
    if (process.getuid?.() === 0) await chown(path, owner.uid, owner.gid);
  }
}

interface Undo {
  readonly path: string;
  /** What stood there; undefined for nothing. */
  readonly before: { readonly content: Buffer; readonly like: Stats } | undefined;
}

async function putInPlace({ path, content }: Write, { suffix }: Site): Promise<Undo> {
  try {
    const before = await readBefore(path);
    await withDirectory(dirname(path), async (directory) => {
      const at = directory.at(basename(path));
      if (content === null) await rm(at);
      else await rename(directory.at(basename(path) + suffix), at);
      await directory.sync();
    });
    return { path, before };
  } catch (error) {
    throw fileError('put into its place', path, error);
  }
}

async function readBefore(path: string): Promise<Undo['before']> {
  const like = await lstat(path).catch(() => undefined);
  if (like === undefined) return undefined;
  return { content: await readFile(path, { flag: constants.O_RDONLY | constants.O_NOFOLLOW }), like };
}

/** Returns what could not be undone. */
async function undo(done: readonly Undo[]): Promise<string[]> {
  const lost: string[] = [];
  for (const { path, before } of done.toReversed()) {
    try {
      if (before === undefined) await rm(path);
      else await putBack(path, before);
    } catch {
      lost.push(path);
    }
  }
  return lost;
}

function putBack(path: string, { content, like }: NonNullable<Undo['before']>): Promise<void> {
  return withDirectory(dirname(path), async (directory) => {
    const partial = `${basename(path)}.undo.partial`;
    const file = await createLike(directory, partial, like);
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
    await rename(directory.at(partial), directory.at(basename(path)));
  });
}

const notUndone = (paths: readonly string[], cause: unknown) =>
  new OperatorError('VOPS-FILE', `the restore failed half-way, and these could not be put back: ${paths.join(', ')}`, {
    hint: 'their old content is in the safety snapshot: viktoria-ops backup list',
    cause,
  });
