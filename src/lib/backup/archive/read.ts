/** Reads files that others may be writing to, and tells when they did. Never more nor less than the archive was told. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, read, readlinkSync, readSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { systemCode } from '../../errors.js';
import { fileError } from '../../files/index.js';
import type { Entry } from './contents.js';
import { entryOf } from './survey.js';

/** Not in the archive at all. */
export interface Unread {
  readonly path: string;
  readonly reason: string;
}

export interface Whole {
  readonly entry: Entry;
  readonly content: Buffer;
}

/** Below this a file is held in memory, so that the archive can be told what it really was. */
const LARGEST_WHOLE = 2 ** 18;
/** A small file that changes meanwhile is read again: the next time it is probably at rest. */
const ATTEMPTS = 3;
const CHUNK_BYTES = 2 ** 18;
const EMPTY = Buffer.alloc(0);

/**
 * Reads an entry into memory. Undefined for a file too large for that. All at once, not by promises: those take seven
 * times as long for a small file, and a disk that hangs would keep our process in either case.
 */
export function readWhole(root: string, planned: Entry): Whole | Unread | undefined {
  if (planned.type !== 'file') return { entry: planned, content: EMPTY };
  if (planned.sizeBytes > LARGEST_WHOLE) return undefined;
  const file = openFile(root, planned);
  if (typeof file === 'object') return file;
  try {
    return readAtRest(file, planned);
  } catch (error) {
    return unread(planned, error);
  } finally {
    closeSync(file);
  }
}

function readAtRest(file: number, { path }: Entry): Whole | undefined {
  for (let attempt = 1; ; attempt++) {
    const before = fstatSync(file);
    if (before.size > LARGEST_WHOLE) return undefined;
    const space = Buffer.allocUnsafe(before.size);
    const content = space.subarray(0, readInto(file, space));
    const incomplete = changeOf(before, fstatSync(file));
    if (incomplete !== undefined && attempt < ATTEMPTS) continue;
    const hash = createHash('sha256').update(content);
    const entry = { ...entryOf(path, 'file', before), sizeBytes: content.length };
    return { entry: finished(entry, hash, incomplete), content };
  }
}

function readInto(file: number, content: Buffer): number {
  let length = 0;
  while (length < content.length) {
    const bytesRead = readSync(file, content, length, content.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

/**
 * Lends the content of a large file as a stream of exactly the size of its entry: what is added meanwhile is not in it,
 * what is cut off is filled up with zeros. Returns the entry with what became of it. Errors: those of `use`.
 */
export async function readThrough(
  root: string,
  { path }: Entry,
  use: (entry: Entry, content: Readable) => Promise<void>,
): Promise<Entry | Unread> {
  const file = openFile(root, { path });
  if (typeof file === 'object') return file;
  let content: Readable | undefined;
  try {
    const before = fstatSync(file);
    const entry = entryOf(path, 'file', before);
    const reading: Reading = { file, sizeBytes: before.size, hash: createHash('sha256') };
    content = Readable.from(exactly(reading), { objectMode: false });
    await use(entry, content);
    return finished(entry, reading.hash, reading.failure ?? changeOf(before, fstatSync(file)));
  } finally {
    content?.destroy();
    closeSync(file);
  }
}

/** Its descriptor. Never through a link, never waiting for the other end of a FIFO. */
function openFile(root: string, { path }: Pick<Entry, 'path'>): number | Unread {
  let file: number | undefined;
  try {
    file = openSync(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const reason = fstatSync(file).isFile() ? whyElsewhere(file, join(root, path)) : NO_FILE;
    if (reason === undefined) return file;
    closeSync(file);
    return { path, reason };
  } catch (error) {
    if (file !== undefined) closeSync(file);
    return unread({ path }, error);
  }
}

function unread({ path }: Pick<Entry, 'path'>, error: unknown): Unread {
  return { path, reason: WHY[systemCode(error) ?? ''] ?? fileError('read', path, error).message };
}

const NO_FILE = 'it is no regular file any more';
const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'it vanished before it was read',
  ENOTDIR: 'it vanished before it was read',
  ELOOP: NO_FILE,
  ENXIO: NO_FILE,
};

/** Linux tells where an open file lies: elsewhere, if somebody has put a link in the place of a directory above it. */
function whyElsewhere(file: number, path: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const place = readlinkSync(`/proc/self/fd/${file}`);
  if (place === path) return undefined;
  return place === `${path} (deleted)` ? WHY.ENOENT : 'its name leads elsewhere by now';
}

interface Reading {
  /** Descriptor. */
  readonly file: number;
  readonly sizeBytes: number;
  readonly hash: Hash;
  failure?: string;
}

async function* exactly(reading: Reading): AsyncGenerator<Buffer> {
  for (let position = 0; position < reading.sizeBytes; ) {
    const chunk = await readAt(reading, position, Math.min(CHUNK_BYTES, reading.sizeBytes - position));
    reading.hash.update(chunk);
    position += chunk.length;
    yield chunk;
  }
}

const readChunk = promisify(read);

/** Zeros where there is nothing to be read, for the header of the archive has promised that many bytes. */
async function readAt(reading: Reading, position: number, length: number): Promise<Buffer> {
  if (reading.failure !== undefined) return Buffer.alloc(length);
  try {
    const { bytesRead, buffer } = await readChunk(reading.file, Buffer.allocUnsafe(length), 0, length, position);
    if (bytesRead > 0) return buffer.subarray(0, bytesRead);
    reading.failure = `it shrank while it was read: after ${position} bytes there are zeros`;
  } catch (error) {
    reading.failure = `from byte ${position} on it could not be read (${systemCode(error)}): there are zeros`;
  }
  return Buffer.alloc(length);
}

function changeOf(before: Stats, after: Stats): string | undefined {
  if (after.size > before.size) return `it grew while it was read: its first ${before.size} bytes are there`;
  if (after.size < before.size) return 'it shrank while it was read';
  const isSame = after.mtimeMs === before.mtimeMs && after.ctimeMs === before.ctimeMs;
  return isSame ? undefined : 'it changed while it was read';
}

const finished = (entry: Entry, hash: Hash, incomplete: string | undefined): Entry => ({
  ...entry,
  sha256: hash.digest('hex'),
  ...(incomplete === undefined ? {} : { incomplete }),
});
