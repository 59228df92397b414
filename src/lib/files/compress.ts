/** Compression between open files, and the proof that it can be undone. */
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { abortReason, systemCode } from '../errors.js';
import { startFilter } from '../process/filter.js';
import { findProgram } from '../process/find-program.js';
import { gzipMembers } from './gzip.js';

export type CompressorName = 'zstd' | 'pigz' | 'gzip';

export interface Compressor {
  readonly name: CompressorName;
  readonly extension: '.zst' | '.gz';
  /** Absolute path of the program; absent for the gzip of Node itself. */
  readonly program?: string;
}

/** Two threads are fast enough and leave the other cores to the backend. zstd's level 1 packs logs as tight as its 3. */
const PROGRAMS = {
  zstd: { extension: '.zst', compress: ['-q', '-1', '-T2', '-c'], decompress: ['-q', '-d', '-c'] },
  pigz: { extension: '.gz', compress: ['-p2', '-c'], decompress: ['-d', '-c'] },
} as const;

/**
 * The compressor of that name; Node's own gzip when its program is not in PATH. `auto` is zstd, else Node's own, which
 * takes no longer than pigz.
 */
export async function chooseCompressor(wanted: CompressorName | 'auto', path: string | undefined): Promise<Compressor> {
  const name = wanted === 'auto' ? 'zstd' : wanted;
  const program = name === 'gzip' ? undefined : await findProgram(name, path);
  if (name === 'gzip' || program === undefined) return { name: 'gzip', extension: '.gz' };
  return { name, program, extension: PROGRAMS[name].extension };
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
  await startFilter(program, PROGRAMS[name].compress, { input: source, output: target, signal }).ended;
}

/** Whether the new-opened `archive`, decompressed, is `source` byte for byte. */
export async function isArchiveOf(
  { name, program }: Compressor,
  { archive, source }: { readonly archive: FileHandle; readonly source: FileHandle },
  signal: AbortSignal,
): Promise<boolean> {
  if (name === 'gzip' || program === undefined) return isGzipOf(archive, source, signal);
  const { output, ended } = startFilter(program, PROGRAMS[name].decompress, { input: archive, signal });
  const [exit, equal] = await Promise.allSettled([ended, isContentOf(output ?? [], source)]);
  if (signal.aborted) throw abortReason(signal);
  if (equal.status === 'rejected') throw equal.reason;
  return exit.status === 'fulfilled' && equal.value;
}

async function isGzipOf(archive: FileHandle, source: FileHandle, signal: AbortSignal): Promise<boolean> {
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

const CHUNK_BYTES = 2 ** 20;

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
