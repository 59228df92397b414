/** Searches the backend's source for flags. Reads only. */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join, relative, resolve } from 'node:path';
import * as z from 'zod';
import type { Config } from '../../config/index.js';
import { abortReason, OperatorError, systemCode } from '../../errors.js';
import { fileError, readRegularFile } from '../../files/index.js';
import { type Reference, References } from '../flag.js';
import { createTextSearch, type FoundReference, type TextSearch } from './references.js';

export const SourceSearch = z.object({
  directories: z.array(z.string()),
  files: z.number(),
  sizeBytes: z.number(),
  /** What was not looked into; names of `featureFlags.exclude` are not listed. */
  skipped: z.array(z.object({ path: z.string(), reason: z.enum(['link', 'large', 'binary', 'unreadable']) })),
  /** Calls whose flag only the running program knows; of many the first. */
  dynamic: References,
});
export type SourceSearch = z.infer<typeof SourceSearch>;

export interface Searched {
  readonly search: SourceSearch;
  /** Of every known flag that is named somewhere. */
  readonly known: ReadonlyMap<string, References>;
  /** Of flags that are asked for and nobody knows. */
  readonly unknown: ReadonlyMap<string, References>;
}

export interface SearchOptions {
  readonly app: Pick<Config['app'], 'root'>;
  readonly featureFlags: Config['featureFlags'];
  /** Names of flags. */
  readonly known: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/** Generated and packed code is larger than what people write. */
const MAX_BYTES = 2_000_000;
const READ_AT_ONCE = 8;
const PLACES_LISTED = 20;
/** Git decides by the same: a NUL near the beginning. */
const BINARY_WITHIN = 8_000;

/** Files are named from the backend's root. Errors: `VOPS-FILE` for a directory that cannot be read; the signal's reason. */
export async function searchSource({ app, featureFlags, known, signal }: SearchOptions): Promise<Searched> {
  const directories = featureFlags.source.map((directory) => resolve(app.root, directory));
  const job: Job = {
    root: app.root,
    extensions: new Set(featureFlags.extensions),
    exclude: new Set(featureFlags.exclude),
    find: createTextSearch(known, featureFlags.patterns),
    signal,
    found: { files: 0, sizeBytes: 0, skipped: [], known: new Map(), unknown: new Map(), dynamic: [] },
  };
  for (const directory of directories) {
    const files = filesBelow(job, directory);
    await Promise.all(Array.from({ length: READ_AT_ONCE }, () => searchFiles(job, files)));
  }
  const { known: named, unknown, dynamic, files, sizeBytes, skipped } = job.found;
  const byPath = (one: { path: string }, other: { path: string }) => (one.path < other.path ? -1 : 1);
  return {
    search: { directories, files, sizeBytes, skipped: skipped.sort(byPath), dynamic: listed(dynamic) },
    known: new Map([...named].map(([name, references]) => [name, listed(references)])),
    unknown: new Map([...unknown].map(([name, references]) => [name, listed(references)])),
  };
}

interface Job {
  readonly root: string;
  readonly extensions: ReadonlySet<string>;
  readonly exclude: ReadonlySet<string>;
  readonly find: TextSearch;
  readonly signal: AbortSignal;
  readonly found: {
    files: number;
    sizeBytes: number;
    readonly skipped: SourceSearch['skipped'];
    readonly known: Map<string, Reference[]>;
    readonly unknown: Map<string, Reference[]>;
    readonly dynamic: Reference[];
  };
}

/** Links are not followed: what they lead to lies elsewhere in the tree, or is not of it. */
async function* filesBelow(job: Job, directory: string, isTop = true): AsyncGenerator<string> {
  for (const entry of await entriesOf(job, directory, isTop)) {
    if (job.signal.aborted) throw abortReason(job.signal);
    const path = join(directory, entry.name);
    if (job.exclude.has(entry.name)) continue;
    if (entry.isDirectory()) yield* filesBelow(job, path, false);
    else if (entry.isSymbolicLink()) skip(job, path, 'link');
    else if (entry.isFile() && job.extensions.has(extname(entry.name))) yield path;
  }
}

/** Without the first one there is nothing to search; one below may be of somebody else. */
async function entriesOf(job: Job, directory: string, isTop: boolean): Promise<readonly Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (isTop || systemCode(error) === undefined) throw fileError('search', directory, error);
    skip(job, directory, 'unreadable');
    return [];
  }
}

/** One of several readers of the same list. */
async function searchFiles(job: Job, files: AsyncGenerator<string>): Promise<void> {
  for await (const path of files) {
    const text = await readText(job, path);
    if (text === undefined) continue;
    const file = relative(job.root, path);
    const { known, unknown, dynamicLines } = job.find(text);
    collect(job.found.known, known, file);
    collect(job.found.unknown, unknown, file);
    job.found.dynamic.push(...dynamicLines.map((line) => ({ file, line })));
  }
}

async function readText(job: Job, path: string): Promise<string | undefined> {
  try {
    if ((await stat(path)).size > MAX_BYTES) return skip(job, path, 'large');
    const bytes = await readRegularFile(path, MAX_BYTES);
    if (bytes.subarray(0, BINARY_WITHIN).includes(0)) return skip(job, path, 'binary');
    job.found.files += 1;
    job.found.sizeBytes += bytes.length;
    return bytes.toString('utf8');
  } catch (error) {
    if (!(error instanceof OperatorError) && systemCode(error) === undefined) throw error;
    return skip(job, path, 'unreadable');
  }
}

function skip(job: Job, path: string, reason: SourceSearch['skipped'][number]['reason']): undefined {
  job.found.skipped.push({ path: relative(job.root, path), reason });
}

function collect(all: Map<string, Reference[]>, found: readonly FoundReference[], file: string): void {
  for (const { name, line } of found) {
    const places = all.get(name) ?? [];
    places.push({ file, line });
    all.set(name, places);
  }
}

/** In order, whichever reader came first. */
function listed(places: readonly Reference[]): References {
  const sorted = places.toSorted((one, other) =>
    one.file === other.file ? one.line - other.line : one.file < other.file ? -1 : 1,
  );
  return { count: places.length, places: sorted.slice(0, PLACES_LISTED) };
}
