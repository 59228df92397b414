/** Analyzers side by side, one a core, and the buffers that chunks are handed to them in. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { AnalyzerOptions } from './analyzer.js';
import { Analyzer } from './analyzer.js';
import type { ChunkReport } from './chunk.js';
import { mergeTally, type TallyData } from './merge-tally.js';
import { Tally } from './tally.js';

/** A line that does not fit into a chunk is too long. */
const CHUNK_BYTES = 2 ** 20;
/** More would wait for the disk, and each takes some 20 MB. */
const MAX_WORKERS = 8;
/** One to be read, one to be filled. */
const BUFFERS_A_LANE = 2;

export interface WorkerData {
  readonly options: AnalyzerOptions;
  readonly buffers: readonly Uint8Array[];
}
export type WorkerRequest = 'finish' | { readonly buffer: number; readonly length: number };

/** Where chunks go. */
export interface Lanes {
  /** A buffer that nobody reads any more. Fill it, then hand it to `analyze` or back to `release`. */
  readonly take: () => Promise<Uint8Array>;
  readonly release: (buffer: Uint8Array) => void;
  /** Counts the first `length` bytes: whole lines. */
  readonly analyze: (buffer: Uint8Array, length: number) => Promise<ChunkReport>;
  /** What all of them have counted; ends them. */
  readonly finish: () => Promise<Tally>;
  /** Ends them, whatever they do. */
  readonly stop: () => Promise<void>;
}

interface Lane {
  readonly analyze: (buffer: number, length: number) => Promise<ChunkReport>;
  readonly finish: () => Promise<TallyData>;
  readonly stop: () => Promise<void>;
}

/** `workers` of 0 counts in this thread, which is faster for little: a worker takes 30 ms to start. */
export function createLanes(options: AnalyzerOptions, workers = Math.min(MAX_WORKERS, availableParallelism())): Lanes {
  const buffers = Array.from(
    { length: Math.max(1, workers) * BUFFERS_A_LANE },
    () => new Uint8Array(new SharedArrayBuffer(CHUNK_BYTES)),
  );
  const lanes = Array.from({ length: workers }, () => startWorker({ options, buffers }));
  if (lanes.length === 0) lanes.push(ownLane({ options, buffers }));
  return { ...pool(lanes, buffers), finish: () => finishAll(lanes, options), stop: () => stopAll(lanes) };
}

/** Each buffer belongs to one lane, so that each lane gets its share. */
function pool(lanes: readonly Lane[], buffers: readonly Uint8Array[]): Pick<Lanes, 'take' | 'release' | 'analyze'> {
  const free = [...buffers];
  const waiting: ((buffer: Uint8Array) => void)[] = [];
  const release = (buffer: Uint8Array) => {
    const next = waiting.shift();
    if (next) next(buffer);
    else free.push(buffer);
  };
  return {
    take: () => {
      const buffer = free.shift();
      return buffer ? Promise.resolve(buffer) : new Promise((resolve) => waiting.push(resolve));
    },
    release,
    analyze: async (buffer, length) => {
      const index = buffers.indexOf(buffer);
      const lane = lanes[index % lanes.length];
      if (lane === undefined) throw new Error('a chunk in a buffer of nobody');
      try {
        return await lane.analyze(index, length);
      } finally {
        release(buffer);
      }
    },
  };
}

async function finishAll(lanes: readonly Lane[], options: AnalyzerOptions): Promise<Tally> {
  const all = new Tally(options.since);
  for (const data of await Promise.all(lanes.map((lane) => lane.finish()))) mergeTally(all, data);
  return all;
}

async function stopAll(lanes: readonly Lane[]): Promise<void> {
  await Promise.all(lanes.map((lane) => lane.stop()));
}

function ownLane({ options, buffers }: WorkerData): Lane {
  const analyzer = new Analyzer(options);
  return {
    analyze: async (buffer, length) => analyzer.analyze((buffers[buffer] ?? new Uint8Array()).subarray(0, length)),
    finish: async () => analyzer.tally,
    stop: async () => {},
  };
}

/** A worker answers in the order it is asked. */
function startWorker(workerData: WorkerData): Lane {
  const worker = new Worker(new URL('./log-worker.js', import.meta.url), { workerData });
  const waiting: { resolve: (answer: unknown) => void; reject: (error: unknown) => void }[] = [];
  let failure: unknown;
  const fail = (error: unknown) => {
    failure ??= error;
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  worker.on('message', (answer: unknown) => waiting.shift()?.resolve(answer));
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('a worker of the analysis ended early')));
  const ask = <T>(request: WorkerRequest): Promise<T> =>
    new Promise<unknown>((resolve, reject) => {
      if (failure !== undefined) return reject(failure);
      waiting.push({ resolve, reject });
      worker.postMessage(request);
    }) as Promise<T>; // log-worker.ts answers a chunk with its report, and `finish` with the tally
  return {
    analyze: (buffer, length) => ask<ChunkReport>({ buffer, length }),
    finish: () => ask<TallyData>('finish'),
    stop: async () => void (await worker.terminate()),
  };
}
