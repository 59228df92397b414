/** Compression between open files, and the proof that it can be undone. */
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { abortReason, systemCode } from '../errors.js';
import { startChain } from '../process/chain.js';
import { findProgram } from '../process/find-program.js';
import { gzipMembers } from './gzip.js';

export type CompressorName = 'zstd' | 'pigz' | 'gzip';

export interface Compressor {
  readonly name: CompressorName;
  readonly extension: '.zst' | '.gz';
  /** Absolute path of the program; absent for the gzip of Node itself. */
  readonly program?: string;
}

/**
 * Two threads are fast enough and leave the other cores to the backend. zstd's level 1 packs logs as tight as its 3. It
 * is told the size (zstd 1.4.4), so that neither it nor who unpacks the archive takes a part for the whole.
 */
const PROGRAMS = {
  zstd: { extension: '.zst', compress: (bytes: number) => ['-q', '-1', '-T2', '-c', `--stream-size=${bytes}`] },
  pigz: { extension: '.gz', compress: () => ['-p2', '-c'] },
} as const;

/** What `auto` looks for, the fastest first. */
const PREFERRED = ['zstd', 'pigz'] as const;

/** The compressor of that name, or for `auto` the first program in PATH; else Node's own gzip. */
export async function chooseCompressor(wanted: CompressorName | 'auto', path: string | undefined): Promise<Compressor> {
  for (const name of PREFERRED.filter((candidate) => wanted === 'auto' || wanted === candidate)) {
    const program = await findProgram(name, path);
    if (program !== undefined) return { name, program, extension: PROGRAMS[name].extension };
  }
  return { name: 'gzip', extension: '.gz' };
}

/**
 * Compresses `source` from its beginning into the new file `target`.
 * Errors: `VOPS-DISK-FULL`, `VOPS-TOOL-FAILED`, those of the file system; the signal's reason when aborted.
 */
export async function compress(
  { name, program }: Compressor,
  { source, target }: { readonly source: FileHandle; readonly target: FileHandle },
  signal: AbortSignal,
): Promise<void> {
  if (name === 'gzip' || program === undefined) return gzipMembers(source, target, signal);
  const args = PROGRAMS[name].compress((await source.stat()).size);
  await startChain([{ file: program, args }], { input: source, output: target, signal }).ended;
}

export interface ArchiveAndSource {
  /** Opened anew. */
  readonly archive: FileHandle;
  readonly source: FileHandle;
}

/**
 * Whether what `compress` has made of `source` can be unpacked to all of it. zstd unpacks it and compares with its own
 * checksum and length of the content: half the time of a comparison byte for byte, which gzip gets.
 */
export async function isIntact(
  { name, program }: Compressor,
  files: ArchiveAndSource,
  signal: AbortSignal,
): Promise<boolean> {
  if (name !== 'zstd' || program === undefined) return isGzipOf(files, signal);
  const test = { file: program, args: ['-q', '-t'] };
  return hasSucceeded(startChain([test], { input: files.archive, signal }).ended, signal);
}

/** Whether an archive of any origin, unpacked, is `source` byte for byte. */
export async function isArchiveOf(
  { name, program }: Compressor,
  files: ArchiveAndSource,
  signal: AbortSignal,
): Promise<boolean> {
  if (name !== 'zstd' || program === undefined) return isGzipOf(files, signal);
  const unpack = { file: program, args: ['-q', '-d', '-c'] };
  const { output, ended } = startChain([unpack], { input: files.archive, signal });
  const [succeeded, equal] = await Promise.all([
    hasSucceeded(ended, signal),
    isContentOf(output ?? [], files.source).catch(() => false),
  ]);
  return succeeded && equal;
}

/** Whether the program found nothing wrong. */
async function hasSucceeded(ended: Promise<void>, signal: AbortSignal): Promise<boolean> {
  try {
    await ended;
    return true;
  } catch (error) {
    if (signal.aborted) throw error;
    return false;
  }
}

async function isGzipOf({ archive, source }: ArchiveAndSource, signal: AbortSignal): Promise<boolean> {
  let equal = false;
  const compare = async (content: AsyncIterable<Buffer>) => {
    equal = await isContentOf(content, source);
  };
  try {
    const compressed = archive.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false });
    await pipeline(compressed, createGunzip({ chunkSize: CHUNK_BYTES }), compare, { signal });
    return equal;
  } catch (error) {
    if (signal.aborted) throw abortReason(signal);
    if (systemCode(error)?.startsWith('Z_')) return false; // zlib: damaged or cut short
    throw error;
  }
}

const CHUNK_BYTES = 2 ** 19;

/** Compares a stream with a file from its beginning, side by side: cheaper and stricter than two checksums. */
async function isContentOf(content: AsyncIterable<Buffer> | Iterable<Buffer>, file: FileHandle): Promise<boolean> {
  const window = Buffer.allocUnsafe(CHUNK_BYTES);
  let [start, end, position, equal] = [0, 0, 0, true];
  const refill = async () => {
    const { bytesRead } = await file.read(window, 0, CHUNK_BYTES, position);
    [start, end, position] = [0, bytesRead, position + bytesRead];
    return bytesRead > 0;
  };
  // Read to the end even when it differs: a pipe closed early would look like a fault of the program.
  for await (const chunk of content) {
    for (let at = 0; equal && at < chunk.length; ) {
      equal = start < end || (await refill());
      const length = Math.min(chunk.length - at, end - start);
      equal &&= chunk.compare(window, start, start + length, at, at + length) === 0;
      [start, at] = [start + length, at + length];
    }
  }
  return equal && start === end && !(await refill());
}
