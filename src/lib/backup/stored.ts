/** Files of a backup: content in, packed and encrypted, and content out again. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { abortReason, OperatorError } from '../errors.js';
import { fileError } from '../files/index.js';
import { type Program, startChain } from '../process/chain.js';
import { canTether } from '../process/tether.js';
import type { WrittenFile } from './catalogue.js';
import { type Encoding, through } from './encoding.js';
import type { Manifest } from './manifest.js';
import type { Store } from './store.js';

/** Where content comes from: programs that print it, a stream of ours, or a stream through programs. */
export interface Content {
  readonly programs?: readonly Program[];
  readonly input?: Readable;
}

export interface WriteOptions {
  readonly encoding: Encoding;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  /** Told of every piece written. */
  readonly onProgress?: (bytes: number) => void;
}

/**
 * Writes content into a new file `name` + endings of the encoding below `directory`. Errors: `VOPS-DISK-FULL`,
 * `VOPS-FILE`, `VOPS-TOOL-FAILED`; that of the input; the signal's reason when aborted.
 */
export async function writeStored(
  { directory, name }: { readonly directory: string; readonly name: string },
  content: Content,
  options: WriteOptions,
): Promise<WrittenFile> {
  const { encoding } = options;
  const path = name + encoding.endings;
  const programs = [...(content.programs ?? []), ...encoding.programs];
  const source = { programs, input: content.input };
  // A copy less of every byte; but without us in between nothing would end the programs, should we be killed.
  const isDirect = programs.length > 0 && encoding.transforms.length === 0 && canTether();
  const write = isDirect ? writeDirectly : writeThroughUs;
  return { path, mode: 0o600, ...(await write(join(directory, path), source, options)) };
}

interface Source {
  readonly programs: readonly Program[];
  readonly input: Readable | undefined;
}

/** The last program writes the file itself. Its checksum is taken when it is read back. */
async function writeDirectly(path: string, { programs, input }: Source, options: WriteOptions): Promise<object> {
  const { signal, timeoutMs, onProgress } = options;
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    input?.destroy();
    throw fileError('write', path, error);
  });
  let told = 0;
  const look = async () => {
    const { size } = await file.stat();
    if (size > told) onProgress?.(size - told);
    told = size;
  };
  const timer = setInterval(() => void look().catch(() => {}), LOOK_EVERY_MS);
  try {
    const limits = { signal, output: file, ...(timeoutMs && { timeoutMs }) };
    await startChain(programs, { ...limits, ...(input && { input }) }).ended;
    return {};
  } finally {
    clearInterval(timer);
    await file.close();
  }
}

const LOOK_EVERY_MS = 500;

/** Every byte is seen on its way: encrypted here, and checked to be what is read back later. */
async function writeThroughUs(path: string, { programs, input }: Source, options: WriteOptions) {
  const { encoding, signal, timeoutMs, onProgress } = options;
  const limits = { signal, ...(timeoutMs && { timeoutMs }) };
  const chain = programs.length > 0 ? startChain(programs, { ...limits, ...(input && { input }) }) : null;
  let stream = chain?.output ?? input;
  if (!stream) throw new Error('content without a source');
  for (const transform of encoding.transforms) stream = await transform(stream);
  const hash = createHash('sha256');
  const observe = (chunk: Buffer) => {
    hash.update(chunk);
    onProgress?.(chunk.length);
  };
  // A disk that takes no more breaks the pipe of the programs, so its error is the one that tells.
  const written = writeNew(path, stream, { observe, signal });
  const parts = [written, chain?.ended ?? written];
  await Promise.allSettled(parts);
  for (const part of parts) await part;
  return { sha256: hash.digest('hex') };
}

async function writeNew(
  path: string,
  stream: Readable,
  { observe, signal }: { readonly observe: (chunk: Buffer) => void; readonly signal: AbortSignal },
): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    const target = file.createWriteStream({ highWaterMark: CHUNK_BYTES });
    const observed = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        observe(chunk);
        yield chunk;
      }
    };
    await pipeline(stream, observed, target, { signal });
  } catch (error) {
    stream.destroy(); // where nothing was read of it, the programs behind it would wait for ever
    if (signal.aborted) throw abortReason(signal);
    throw fileError('write', path, error);
  }
}

const CHUNK_BYTES = 2 ** 18;

/** A stored file on its way out: what is left to unpack by programs, and the stream to feed them with. */
export interface Opened {
  readonly input: Readable;
  readonly programs: readonly Program[];
}

/**
 * Opens a file of a backup. The stream fails with VOPS-BACKUP-DAMAGED at its end where the bytes are not those of the
 * manifest, so nothing read of it counts before it has ended well.
 */
export async function openStored(
  { store, manifest }: { readonly store: Store; readonly manifest: Pick<Manifest, 'id' | 'files'> },
  path: string,
  encoding: Encoding,
): Promise<Opened> {
  const file = manifest.files.find((candidate) => candidate.path === path);
  if (file === undefined) throw new OperatorError('VOPS-BACKUP-DAMAGED', `${manifest.id} has no ${path}`);
  let input = through(await store.read(manifest.id, path), checking(file, `${manifest.id}/${path}`));
  for (const transform of encoding.transforms) input = await transform(input);
  return { input, programs: encoding.programs };
}

/** All of the content as a stream of ours, for what is small or read by us. */
export function contentOf({ input, programs }: Opened, signal: AbortSignal): Readable {
  if (programs.length === 0) return input;
  const { output, ended } = startChain(programs, { input, signal });
  if (output === null) throw new Error('a chain without output');
  const whole = async function* () {
    yield* output;
    await ended; // only now it is known to be all of it
  };
  return Transform.from(whole()) as Readable;
}

function checking({ sizeBytes, sha256 }: Manifest['files'][number], name: string): Transform {
  const hash = createHash('sha256');
  let seen = 0;
  return new Transform({
    transform: (chunk, _, done) => {
      hash.update(chunk);
      seen += chunk.length;
      done(null, chunk);
    },
    flush: (done) => {
      if (seen === sizeBytes && hash.digest('hex') === sha256) return done();
      done(differs(name, seen === sizeBytes ? 'its checksum is another' : `it has ${seen} bytes, not ${sizeBytes}`));
    },
  });
}

const differs = (name: string, how: string) =>
  new OperatorError('VOPS-BACKUP-DAMAGED', `${name} is damaged: ${how}`, {
    hint: 'use another backup; viktoria-ops backup verify --all tells which are whole',
  });
