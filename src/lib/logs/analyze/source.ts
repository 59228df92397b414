/** The content of a log file, read piece by piece, compressed or not. */
import type { FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { OperatorError, systemCode } from '../../errors.js';
import { startChain } from '../../process/chain.js';

export const ENCODINGS = ['none', 'gzip', 'zstd'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Told by its first bytes: a name may lie. */
export function encodingOf(head: Uint8Array): Encoding {
  const starts = (...magic: number[]) => magic.every((byte, index) => head[index] === byte);
  if (starts(0x1f, 0x8b)) return 'gzip';
  return starts(0x28, 0xb5, 0x2f, 0xfd) ? 'zstd' : 'none';
}

/** What of the content before a position tells that it is the same content. */
const TAIL_BYTES = 1_024;

export interface Source {
  /** Fills the front of `into` and returns how many bytes it got; 0 at the end. */
  readonly read: (into: Uint8Array) => Promise<number>;
  /** Passes over everything before `offset`. Returns the last bytes before it; undefined when the content ends sooner. */
  readonly skipTo: (offset: number) => Promise<Uint8Array | undefined>;
  /** Lets go of it; an error of a program that was stopped is none. */
  readonly close: () => Promise<void>;
}

export interface OpenFile {
  readonly file: FileHandle;
  /** As it was opened: what is written from then on is for the next time. */
  readonly sizeBytes: number;
  readonly encoding: Encoding;
  readonly zstd: string | undefined;
  readonly signal: AbortSignal;
}

/** Errors on reading: those of the file system; `Z_…` and `VOPS-TOOL-FAILED` for an archive that is damaged or cut short. */
export function openSource(opened: OpenFile): Source {
  if (opened.encoding === 'none') return plainSource(opened);
  return streamSource(opened.encoding === 'gzip' ? gunzip(opened) : unzstd(opened));
}

function plainSource({ file, sizeBytes }: OpenFile): Source {
  let position = 0;
  return {
    read: async (into) => {
      const length = Math.min(into.length, sizeBytes - position);
      if (length === 0) return 0;
      const { bytesRead } = await file.read(into, 0, length, position);
      if (bytesRead === 0) throw new OperatorError('VOPS-FILE', 'it was truncated while it was read');
      position += bytesRead;
      return bytesRead;
    },
    skipTo: async (offset) => {
      if (offset > sizeBytes) return undefined;
      const tail = new Uint8Array(Math.min(TAIL_BYTES, offset));
      const { bytesRead } = await file.read(tail, 0, tail.length, offset - tail.length);
      position = offset;
      return bytesRead === tail.length ? tail : undefined;
    },
    close: async () => {},
  };
}

/** Whether it says that an archive is damaged or cut short. */
export function isDamage(error: unknown): boolean {
  const isZstd = error instanceof OperatorError && error.code === 'VOPS-TOOL-FAILED';
  return isZstd || (systemCode(error)?.startsWith('Z_') ?? false);
}

interface Decompressed {
  readonly output: Readable;
  /** Rejects when the archive was not all there. */
  readonly ended: Promise<void>;
}

const CHUNK_BYTES = 2 ** 18;

function gunzip({ file }: OpenFile): Decompressed {
  const output = createGunzip({ chunkSize: CHUNK_BYTES });
  pipeline(compressedOf(file), output, () => {}); // an error reaches whoever reads the output
  return { output, ended: Promise.resolve() };
}

/** By position, for a file is read from its beginning more than once. */
function compressedOf(file: FileHandle): Readable {
  return Readable.from(piecesOf(file), { objectMode: false });
}

async function* piecesOf(file: FileHandle): AsyncGenerator<Buffer, undefined> {
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return undefined;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function unzstd({ file, zstd, signal }: OpenFile): Decompressed {
  if (zstd === undefined) {
    throw new OperatorError('VOPS-TOOL-MISSING', 'the program zstd is not installed', { hint: 'install zstd' });
  }
  const { output, ended } = startChain([{ file: zstd, args: ['-q', '-d', '-c'] }], {
    input: compressedOf(file),
    signal,
  });
  if (output === null) throw new Error('zstd was started without an output');
  return { output, ended };
}

function streamSource({ output, ended }: Decompressed): Source {
  const pieces: AsyncIterator<Buffer> = output[Symbol.asyncIterator]();
  let piece: Uint8Array = new Uint8Array();
  const next = async (): Promise<boolean> => {
    const { value, done } = await pieces.next();
    if (done) await ended;
    piece = done ? new Uint8Array() : value;
    return !done;
  };
  const read = async (into: Uint8Array): Promise<number> => {
    if (piece.length === 0 && !(await next())) return 0;
    const length = Math.min(into.length, piece.length);
    into.set(piece.subarray(0, length));
    piece = piece.subarray(length);
    return length;
  };
  const tail = new Tail();
  let position = 0;
  const readOn = async (into: Uint8Array): Promise<number> => {
    const length = await read(into);
    tail.push(into.subarray(0, length));
    position += length;
    return length;
  };
  return {
    read: readOn,
    skipTo: async (offset) => {
      const passed = new Uint8Array(CHUNK_BYTES);
      while (position < offset) {
        const length = await readOn(passed.subarray(0, Math.min(passed.length, offset - position)));
        if (length === 0) return undefined;
      }
      return tail.bytes;
    },
    close: async () => {
      output.destroy();
      await ended.catch(() => undefined);
    },
  };
}

/** The last bytes of what was pushed. */
export class Tail {
  bytes: Uint8Array = new Uint8Array();

  push(more: Uint8Array): void {
    const all = more.length < TAIL_BYTES ? Buffer.concat([this.bytes, more]) : more;
    this.bytes = Uint8Array.from(all.subarray(Math.max(0, all.length - TAIL_BYTES)));
  }
}
