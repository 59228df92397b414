/** One log that is followed by its content, whatever becomes of its name. */
import type { FileHandle } from 'node:fs/promises';
import { decode } from '../entries/bytes.js';

const LINE_FEED = 0x0a;
/** A longer line comes in pieces. */
const LONGEST_LINE = 65_536;
/** What is read at once: another file has its turn after that. */
const TURN_BYTES = 2 ** 20;
/** How far is looked back for what is rare, in steps: what is read is held in memory. */
const FURTHEST_BACK = 2 ** 26;
const WINDOW_GROWTH = 8;
/** What is compared to see that the file still holds what was read of it. */
const TAIL_BYTES = 256;

export class FollowedFile {
  readonly name: string;
  /** Stays the same when it is renamed. */
  readonly identity: string;
  /** How far it was read. */
  position = 0;
  private readonly file: FileHandle;
  /** Of its content, when it was read last: another one can be as long. */
  private modifiedMs = Number.NaN;
  /** The last bytes before it. */
  tail: Uint8Array = new Uint8Array();
  /** The beginning of a line whose end is yet to be written. */
  private carry: Uint8Array = new Uint8Array();

  constructor({ name, identity }: Pick<FollowedFile, 'name' | 'identity'>, file: FileHandle) {
    this.name = name;
    this.identity = identity;
    this.file = file;
  }

  /** Goes to the end and returns the lines of the last MiB, or of as much more as `isEnough` wants. */
  async readLast(isEnough: (lines: readonly string[]) => boolean): Promise<string[]> {
    const { size } = await this.file.stat();
    for (let window = TURN_BYTES; ; window *= WINDOW_GROWTH) {
      this.restart();
      this.position = Math.max(0, size - window);
      const isCut = this.position > 0;
      const lines: string[] = [];
      for (let before = -1; this.position < size && this.position > before; ) {
        before = this.position;
        for (const line of (await this.readLines(this.file)) ?? []) lines.push(line);
      }
      const whole = isCut ? lines.slice(1) : lines;
      if (!isCut || window >= FURTHEST_BACK || isEnough(whole)) return whole;
    }
  }

  /** The lines written since; `truncated` when what was read is no longer there. */
  async read(): Promise<string[] | 'truncated'> {
    const { size, mtimeMs } = await this.file.stat();
    if (size === this.position && mtimeMs === this.modifiedMs) return [];
    this.modifiedMs = mtimeMs;
    return (await this.readLines(this.file)) ?? 'truncated';
  }

  /** From now on it is another log of the same name. */
  restart(): void {
    this.position = 0;
    this.tail = new Uint8Array();
    this.carry = new Uint8Array();
  }

  /** The rest of what was read, from a copy that holds it; undefined when this is no such copy. */
  async readFromCopy(copy: FileHandle): Promise<string[] | undefined> {
    if (this.position === 0) return undefined;
    const { size } = await copy.stat();
    const lines: string[] = [];
    do {
      const more = await this.readLines(copy);
      if (more === undefined) return undefined;
      lines.push(...more);
    } while (this.position < size);
    return [...lines, ...this.rest()];
  }

  /** A last line that nobody will end. */
  rest(): string[] {
    const line = this.carry;
    this.carry = new Uint8Array();
    return line.length === 0 ? [] : [textOf(line)];
  }

  close(): Promise<void> {
    return this.file.close();
  }

  /**
   * What stands after what was read; undefined where that is not before it. Read in one, for the file may be truncated
   * and written anew between two.
   */
  private async readLines(from: FileHandle): Promise<string[] | undefined> {
    const { tail } = this;
    const buffer = new Uint8Array(tail.length + TURN_BYTES);
    const { bytesRead } = await from.read(buffer, 0, buffer.length, this.position - tail.length);
    if (bytesRead < tail.length || Buffer.compare(buffer.subarray(0, tail.length), tail) !== 0) return undefined;
    const bytes = buffer.subarray(tail.length, bytesRead);
    this.position += bytes.length;
    this.tail = lastOf(this.tail, bytes);
    return this.cut(bytes);
  }

  private cut(bytes: Uint8Array): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      lines.push(textOf(Buffer.concat([this.carry, bytes.subarray(start, end)])));
      this.carry = new Uint8Array();
      start = end + 1;
    }
    this.carry = Uint8Array.from(Buffer.concat([this.carry, bytes.subarray(start)]));
    if (this.carry.length > LONGEST_LINE) lines.push(...this.rest());
    return lines;
  }
}

const lastOf = (tail: Uint8Array, bytes: Uint8Array): Uint8Array =>
  Uint8Array.from(Buffer.concat([tail, bytes.subarray(-TAIL_BYTES)])).slice(-TAIL_BYTES);

/** Cut where it is too long to be looked at. */
const textOf = (line: Uint8Array): string => decode(line, 0, Math.min(line.length, LONGEST_LINE)).replace(/\r$/, '');
