/** An entry of a line in any format. */
import type { Entry } from './entry.js';
import { parseJsonEntry } from './json-entry.js';
import { parseTextEntry } from './text-entry.js';
import type { TimeReader } from './time-reader.js';

const [OPEN_BRACE, BYTE_ORDER_MARK] = [0x7b, 0xef];

/** The entry that the line from `start` to its line feed at `end` begins; undefined for a line that begins none. */
export function parseEntry(
  bytes: Uint8Array,
  line: { readonly start: number; readonly end: number },
  times: TimeReader,
): Entry | undefined {
  const start = bytes[line.start] === BYTE_ORDER_MARK ? line.start + 3 : line.start;
  if (bytes[start] !== OPEN_BRACE) return parseTextEntry(bytes, { start, end: line.end }, times);
  return parseJsonEntry(Buffer.from(bytes.buffer, bytes.byteOffset + start, line.end - start).toString('utf8'), times);
}
