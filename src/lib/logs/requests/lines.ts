/** The lines of a source, one after the other, out of one buffer. */
import type { Source } from '../analyze/source.js';

/** A line that does not fit is no line of a log, and passed over. */
const BUFFER_BYTES = 2 ** 18;
const LINE_FEED = 0x0a;

type Take = (bytes: Uint8Array, line: { readonly start: number; readonly end: number }) => void;

/** Calls `take` for each line, with the position of its line feed as its end; closes the source. */
export async function forEachLine(source: Source, signal: AbortSignal, take: Take): Promise<void> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  let [length, isInTooLong] = [0, false];
  try {
    for (;;) {
      signal.throwIfAborted();
      // One byte is kept for the line feed that the last line may lack.
      const bytes = await source.read(buffer.subarray(length, BUFFER_BYTES - 1));
      length += bytes;
      if (bytes === 0 && length > 0) buffer[length++] = LINE_FEED;
      const rest = takeLines(buffer.subarray(0, length), isInTooLong, take);
      isInTooLong = rest.isInTooLong;
      buffer.copyWithin(0, rest.start, length);
      length -= rest.start;
      if (bytes === 0) return;
    }
  } finally {
    await source.close();
  }
}

/** Takes the whole lines. `start` is where the rest begins; a rest that fills the buffer is dropped, and its end, too. */
function takeLines(bytes: Uint8Array, isInTooLong: boolean, take: Take) {
  let start = 0;
  let isDropping = isInTooLong;
  for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
    if (!isDropping && end > start) take(bytes, { start, end });
    isDropping = false;
    start = end + 1;
  }
  const isFull = start === 0 && bytes.length === BUFFER_BYTES - 1;
  return isFull || isDropping ? { start: bytes.length, isInTooLong: true } : { start, isInTooLong: false };
}
