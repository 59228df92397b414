/** What is told of one chunk of a file, so that the chunks, put together in order, tell what the file is. */
import { FORMATS } from '../entries/entry.js';

export interface ChunkReport {
  lines: number;
  entries: number;
  /** By index in `FORMATS`. */
  readonly formats: number[];
  /** Lines that go on with the entry before: stacks, details. */
  continued: number;
  /** Lines in no known format. */
  unrecognized: number;
  /** Lines before the first entry: whether they continue one is known only to who knows the chunk before. */
  leading: number;
  /** Lines since the last entry that continue it. */
  trailing: number;
  /** Whether lines that follow can continue the last entry; undefined when there is none here. */
  isOpen: boolean | undefined;
  readonly samples: string[];
  readonly leadingSamples: string[];
}

export const createChunkReport = (): ChunkReport => ({
  lines: 0,
  entries: 0,
  formats: FORMATS.map(() => 0),
  continued: 0,
  unrecognized: 0,
  leading: 0,
  trailing: 0,
  isOpen: undefined,
  samples: [],
  leadingSamples: [],
});

/** A stack longer than this is no stack: the rest of such lines is in no known format. */
export const LONGEST_CONTINUATION = 1_000;
/** Lines shown of those in no known format, of each chunk and in all. */
export const MAX_SAMPLES = 3;

/** A file's chunks so far. */
export interface FileTally extends Omit<ChunkReport, 'leading' | 'leadingSamples' | 'isOpen'> {
  isOpen: boolean;
}

/** A file that is gone on with begins in the middle of an entry, as far as we know. */
export const createFileTally = (isContinued: boolean): FileTally => {
  const { leading: _, leadingSamples: __, ...rest } = createChunkReport();
  return { ...rest, isOpen: isContinued };
};

/** Adds the next chunk. However a file is cut, the sums are the same. */
export function addChunk(file: FileTally, chunk: ChunkReport): void {
  const room = file.isOpen ? Math.max(0, LONGEST_CONTINUATION - file.trailing) : 0;
  const continued = Math.min(room, chunk.leading);
  const unrecognized = chunk.leading - continued;
  file.lines += chunk.lines;
  file.entries += chunk.entries;
  file.continued += chunk.continued + continued;
  file.unrecognized += chunk.unrecognized + unrecognized;
  for (const [index, count] of chunk.formats.entries()) file.formats[index] = (file.formats[index] ?? 0) + count;
  file.trailing = chunk.isOpen === undefined ? file.trailing + chunk.leading : chunk.trailing;
  file.isOpen = chunk.isOpen ?? file.isOpen;
  const samples = unrecognized > 0 ? [...chunk.leadingSamples, ...chunk.samples] : chunk.samples;
  file.samples.push(...samples.slice(0, MAX_SAMPLES - file.samples.length));
}
