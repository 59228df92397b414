/** The tree as a tar: one entry after another, in the order of the list, never more than a few files in memory. */
import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import type { TarArchive } from 'archiver';
import { abortReason } from '../../errors.js';
import type { Entry } from './contents.js';
import { readThrough, readWhole, type Unread, type Whole } from './read.js';

interface Packed {
  /** As they are in the archive. */
  readonly entries: readonly Entry[];
  readonly unread: readonly Unread[];
}

export interface Packing {
  readonly stream: Readable;
  /** Settles when the archive has been read to its end, or given up. */
  readonly packed: Promise<Packed>;
}

export interface Tree {
  readonly root: string;
  readonly entries: readonly Entry[];
}

/**
 * Begins to pack the entries. A file that cannot be read is left out, one that changes is marked; both are told by
 * `packed`. Errors of the stream and of `packed`: the signal's reason when aborted.
 */
export async function packTree(tree: Tree, signal: AbortSignal): Promise<Packing> {
  const { TarArchive } = await import('archiver');
  const archive = new TarArchive();
  // Nobody but this stream knows the archive: where a program reads it and ends early, or the work is given up, it is cut
  // off and left to itself. archiver's streams, when destroyed, throw errors that nobody can catch.
  const stream = new PassThrough();
  archive.on('error', (error) => stream.destroy(error)).pipe(stream);
  const stopped = new AbortController();
  stream.once('close', () => {
    archive.unpipe(stream);
    stopped.abort();
  });
  const packed = pack(archive, tree, { signal, stopped: stopped.signal }).catch((error: unknown) => {
    stream.destroy(error as Error);
    throw error;
  });
  packed.catch(() => {}); // who reads the stream learns of it first
  return { stream, packed };
}

interface Ending {
  readonly signal: AbortSignal;
  /** Nobody reads any more. */
  readonly stopped: AbortSignal;
}

async function pack(archive: TarArchive, { root, entries }: Tree, { signal, stopped }: Ending): Promise<Packed> {
  const put = (entry: Entry, content: Buffer | Readable) => append(archive, { entry, content }, stopped);
  const all: (Entry | Unread)[] = [];
  for (const planned of entries) {
    if (signal.aborted) throw abortReason(signal);
    const read = readWhole(root, planned);
    all.push(read === undefined ? await readThrough(root, planned, put) : await putWhole(read, put));
  }
  archive.finalize().catch(() => {}); // told by the stream
  const isEntry = (item: Entry | Unread): item is Entry => !('reason' in item);
  return { entries: all.filter(isEntry), unread: all.filter((item): item is Unread => !isEntry(item)) };
}

async function putWhole(read: Whole | Unread, put: (entry: Entry, content: Buffer) => Promise<void>) {
  if ('reason' in read) return read;
  await put(read.entry, read.content);
  return read.entry;
}

interface Piece {
  readonly entry: Entry;
  readonly content: Buffer | Readable;
}

/** Waits until the archive has taken it, or it would collect whatever waits in memory. */
async function append(archive: TarArchive, { entry, content }: Piece, signal: AbortSignal): Promise<void> {
  const taken = once(archive, 'entry', { signal });
  archive.append(content, headerOf(entry));
  await taken;
}

const TYPES = { file: 'file', directory: 'directory', link: 'symlink' } as const;
/** tar's own fields hold 31 bits of seconds and 18 of an id in archiver's hands; the list has them all. */
const LAST_SECOND = 2 ** 31 - 1;
const LARGEST_ID = 0o777777;

function headerOf({ path, type, mode, uid, gid, sizeBytes, modifiedAt, target }: Entry) {
  // archiver takes `a:` at the beginning for the drive of Windows, and removes it.
  const isMisread = /^\w+:/.test(path);
  const pax = {
    ...(isMisread && { path }),
    ...(uid > LARGEST_ID && { uid: String(uid) }),
    ...(gid > LARGEST_ID && { gid: String(gid) }),
  };
  return {
    name: isMisread ? `./${path}` : path,
    type: TYPES[type],
    mode: Number.parseInt(mode, 8),
    uid,
    gid,
    date: new Date(1000 * Math.min(Math.max(0, Math.floor(Date.parse(modifiedAt) / 1000)), LAST_SECOND)),
    ...(target !== undefined && { linkname: target }),
    ...(type === 'file' && { stats: { size: sizeBytes } }),
    ...(Object.keys(pax).length > 0 && { pax }),
  };
}
