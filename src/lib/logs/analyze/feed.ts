/** Cuts content into chunks of whole lines, hands them out, and puts together what is told of them. */
import { decode } from '../entries/bytes.js';
import { type Mark, markAt, offsetOf } from './checkpoint.js';
import { addChunk, type FileTally, MAX_SAMPLES } from './chunk.js';
import type { Lanes } from './lanes.js';
import { type Source, Tail } from './source.js';

const LINE_FEED = 0x0a;
const LONGEST_SAMPLE = 200;

export interface Feed {
  readonly source: Source;
  readonly lanes: Lanes;
  /** Gets what is told of the chunks. */
  readonly file: FileTally;
  /** How far it was read before, which is where the source stands, and the bytes before that. */
  readonly start: { readonly marks: readonly Mark[]; readonly tail: Uint8Array };
  /** Whether a last line without its end is one, or is still being written. */
  readonly takesLast: (line: Uint8Array) => boolean;
  readonly signal: AbortSignal;
}

export interface Fed {
  /** How far the content was handed out. */
  readonly offset: number;
  readonly marks: readonly Mark[];
  /** Lines too long for a chunk; they are among those in no known format. */
  readonly tooLong: number;
  /** Whether a line was left because it is still being written. */
  readonly isMidLine: boolean;
  /** Why reading ended before the end. */
  readonly failure: unknown;
}

/** Reads on to the end of the source. What it cannot read ends it; what came before counts. */
export async function feed(options: Feed): Promise<Fed> {
  const feeder = new Feeder(options);
  const failure = await feeder.run().then(
    () => undefined,
    (error: unknown) => error,
  );
  options.signal.throwIfAborted();
  await feeder.reported;
  const { offset, marks, tooLong, isMidLine } = feeder;
  options.file.lines += tooLong;
  options.file.unrecognized += tooLong;
  return { offset, marks, tooLong, isMidLine, failure };
}

class Feeder {
  offset: number;
  tooLong = 0;
  isMidLine = false;
  marks: readonly Mark[];
  private readonly tail = new Tail();
  /** Resolves when all chunks so far have been told of, in their order. */
  reported: Promise<void> = Promise.resolve();
  private readonly options: Feed;
  /** The beginning of a line whose end is yet to be read. */
  private carry: Uint8Array = new Uint8Array();
  private isInTooLong = false;

  constructor(options: Feed) {
    this.options = options;
    this.marks = options.start.marks;
    this.offset = offsetOf(this.marks);
    this.tail.push(options.start.tail);
  }

  async run(): Promise<void> {
    for (let isEnd = false; !isEnd; ) {
      this.options.signal.throwIfAborted();
      const buffer = await this.options.lanes.take();
      buffer.set(this.carry);
      const { length, end } = await this.fill(buffer, this.carry.length);
      const whole = this.dropTooLong(buffer, length);
      const lines = end === 'reached' ? this.withLastLine(buffer, whole) : this.wholeLines(buffer, whole);
      this.handOut(buffer, lines);
      if (end !== 'ahead' || this.offset >= 2 * offsetOf(this.marks)) this.mark();
      isEnd = end === 'reached';
      if (typeof end === 'object') throw end.failure;
    }
  }

  /** Reads until the buffer is full but for the one byte that a last line without its end needs. */
  private async fill(buffer: Uint8Array, from: number): Promise<Filled> {
    const last = buffer.length - 1;
    let length = from;
    try {
      while (length < last) {
        const bytes = await this.options.source.read(buffer.subarray(length, last));
        if (bytes === 0) return { length, end: 'reached' };
        length += bytes;
      }
      return { length, end: 'ahead' };
    } catch (failure) {
      return { length, end: { failure } };
    }
  }

  /** Takes the rest of a line that is too long off the front. Returns how many bytes are left. */
  private dropTooLong(buffer: Uint8Array, length: number): number {
    if (!this.isInTooLong) return length;
    const lineFeed = buffer.subarray(0, length).indexOf(LINE_FEED);
    const end = lineFeed === -1 ? length : lineFeed + 1;
    this.isInTooLong = lineFeed === -1;
    this.advance(buffer.subarray(0, end));
    buffer.copyWithin(0, end, length);
    return length - end;
  }

  /** How many bytes are whole lines; what follows them is kept for the next chunk. */
  private wholeLines(buffer: Uint8Array, length: number): number {
    const end = buffer.subarray(0, length).lastIndexOf(LINE_FEED) + 1;
    this.carry = buffer.slice(end, length);
    this.advance(buffer.subarray(0, end));
    if (this.carry.length < buffer.length - 1) return end;
    const { samples } = this.options.file;
    if (samples.length < MAX_SAMPLES) samples.push(decode(this.carry, 0, LONGEST_SAMPLE));
    this.tooLong++;
    this.isInTooLong = true;
    this.advance(this.carry);
    this.carry = new Uint8Array();
    return 0;
  }

  private withLastLine(buffer: Uint8Array, length: number): number {
    const end = this.wholeLines(buffer, length);
    if (this.carry.length === 0) return end;
    this.isMidLine = !this.options.takesLast(this.carry);
    if (this.isMidLine) return end;
    this.advance(this.carry);
    buffer[length] = LINE_FEED;
    return length + 1;
  }

  private mark(): void {
    this.marks = markAt(this.marks, this.offset, this.tail.bytes);
  }

  private advance(bytes: Uint8Array): void {
    this.offset += bytes.length;
    this.tail.push(bytes);
  }

  private handOut(buffer: Uint8Array, length: number): void {
    const { lanes, file } = this.options;
    if (length === 0) {
      lanes.release(buffer);
      return;
    }
    const told = lanes.analyze(buffer, length);
    told.catch(() => {}); // thrown by who waits for `reported`
    this.reported = this.reported.then(async () => addChunk(file, await told));
    this.reported.catch(() => {});
  }
}

interface Filled {
  readonly length: number;
  readonly end: 'reached' | 'ahead' | { readonly failure: unknown };
}
