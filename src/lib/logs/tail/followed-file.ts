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
        for (const line of await this.readLines(this.file)) lines.push(line);
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
    const isSame = size >= this.position && (await holdsTail(this.file, this));
    return isSame ? this.readLines(this.file) : 'truncated';
  }

  /** From now on it is another log of the same name. */
  restart(): void {
    this.position = 0;
    this.tail = new Uint8Array();
    this.carry = new Uint8Array();
  }

  /** The rest of what was read, from a copy that holds it; undefined when this is no such copy. */
  async readFromCopy(copy: FileHandle): Promise<string[] | undefined> {
    const { size } = await copy.stat();
    if (this.position === 0 || size < this.position || !(await holdsTail(copy, this))) return undefined;
    const lines: string[] = [];
    while (this.position < size) lines.push(...(await this.readLines(copy)));
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

  private async readLines(from: FileHandle): Promise<string[]> {
    const { bytesRead, buffer } = await from.read(new Uint8Array(TURN_BYTES), 0, TURN_BYTES, this.position);
    const bytes = buffer.subarray(0, bytesRead);
    this.position += bytesRead;
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

/** Whether the bytes read last are still, or also here, where they were. */
async function holdsTail(
  file: FileHandle,
  { position, tail }: { readonly position: number; readonly tail: Uint8Array },
): Promise<boolean> {
  const found = new Uint8Array(tail.length);
  await file.read(found, 0, found.length, position - tail.length);
  return Buffer.compare(found, tail) === 0;
}
