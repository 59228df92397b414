/** Small JSON files of the alerts' state, read with a schema; one that cannot be read is moved aside and named. */
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type * as z from 'zod';
import { systemCode } from '../../errors.js';
import { ensurePrivateDirectory, fileError, readRegularFile } from '../../files/index.js';

const MAX_BYTES = 1_000_000;
const AT_ONCE = 32;

/** The names in the directory, without leftovers of a killed write; none if there is no such directory. Errors: `VOPS-FILE`. */
export async function listNames(directory: string): Promise<readonly string[]> {
  return (await allNames(directory)).filter((name) => !isLeftover(name));
}

/** Removes leftovers of a killed write; while nobody writes. */
export async function removeLeftovers(directory: string): Promise<void> {
  const leftovers = (await allNames(directory)).filter(isLeftover);
  await inTurns(leftovers, (name) => rm(join(directory, name), { force: true }));
}

const isLeftover = (name: string): boolean => name.endsWith('.partial');

async function allNames(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return [];
    throw fileError('read', directory, error);
  }
}

export interface Aside {
  /** Where unreadable files go. */
  readonly directory: string;
  /** Told of each. */
  readonly report: (what: string) => void;
}

/** What the file holds; undefined if there is none, or none that can be read. Without `aside` it is left where it is. */
export async function readRecord<Record>(
  path: string,
  schema: z.ZodType<Record>,
  aside?: Aside,
): Promise<Record | undefined> {
  try {
    return schema.parse(JSON.parse((await readRegularFile(path, MAX_BYTES)).toString('utf8')));
  } catch (error) {
    if (aside !== undefined && !isMissing(error)) await moveAside(path, aside);
    return undefined;
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && systemCode(error.cause) === 'ENOENT';

/** Keeps the name of the directory in it: names of entries repeat from channel to channel. */
async function moveAside(path: string, { directory, report }: Aside): Promise<void> {
  const name = `${basename(dirname(path))}-${basename(path)}`;
  try {
    await ensurePrivateDirectory(directory);
    await rename(path, join(directory, name));
    report(`${path} could not be read and lies now in ${directory} as ${name}`);
  } catch {
    report(`${path} can neither be read nor moved aside`); // it blocks nothing
  }
}

/** Calls `work` for each item, some of them side by side. */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))));
  }
  return results;
}
