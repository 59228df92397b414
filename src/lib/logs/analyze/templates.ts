/**
 * The template of a message, mostly without making a string of it: messages that differ only in plain numbers have one
 * skeleton, and what its template is has been worked out for the first of them.
 */
import { templateOf } from '../../message-template.js';
import { Interner } from '../entries/interner.js';
import { viewOf } from '../entries/words.js';

/** What of a message counts, in bytes. */
export const LONGEST_MESSAGE = 500;

/** 1 for what makes a number beside it a part of something else: of a word, an identifier, an address. */
const JOINS = Uint8Array.from({ length: 256 }, (_, byte) => Number(/[\w-]/.test(String.fromCharCode(byte))));
const [ZERO, NINE, AT_SIGN] = [0x30, 0x39, 0x40];

export class Templates {
  private readonly skeleton = new Uint8Array(LONGEST_MESSAGE);
  private readonly view = viewOf(this.skeleton);
  private readonly known = new Interner(templateOf);

  /** The template of the message that stands there as it is, without escapes. */
  of(bytes: Uint8Array, start: number, end: number): string {
    const last = Math.min(end, start + LONGEST_MESSAGE);
    const length = this.copySkeleton(bytes, start, last);
    if (length >= 0) return this.known.get(this.view, 0, length);
    return templateOf(Buffer.from(bytes.buffer, bytes.byteOffset + start, last - start).toString('utf8'));
  }

  /** Copies the message with 0 for each number; -1 where there is more to it than plain numbers. */
  private copySkeleton(bytes: Uint8Array, start: number, end: number): number {
    let length = 0;
    let before = 0;
    for (let at = start; at < end; ) {
      const byte = bytes[at] ?? 0;
      if (byte === AT_SIGN) return -1;
      if (byte < ZERO || byte > NINE) at++;
      else {
        if (JOINS[before] === 1) return -1;
        at = endOfDigits(bytes, at, end);
        if (at < end && JOINS[bytes[at] ?? 0] === 1) return -1;
      }
      before = byte < ZERO || byte > NINE ? byte : ZERO;
      this.skeleton[length++] = before;
    }
    return length;
  }
}

function endOfDigits(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] ?? 0) >= ZERO && (bytes[at] ?? 0) <= NINE) at++;
  return at;
}
