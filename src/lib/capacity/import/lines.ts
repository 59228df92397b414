/** A file of any size, line by line as bytes, in one buffer. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { OperatorError } from '../../errors.js';
import { fileError } from '../../files/index.js';

/** Takes one line, without its end. The bytes are overwritten after the call. */
export type OnLine = (bytes: Buffer, start: number, end: number) => void;

/** A line that does not fit in here is none of ours. */
const BUFFER_BYTES = 4_000_000;
const LINE_FEED = 0x0a;

/** Resolves to the number of lines that were too long to be looked at. Errors: `VOPS-FILE`. */
export async function readLines(path: string, onLine: OnLine, signal: AbortSignal): Promise<number> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await file.stat()).isFile()) throw notRegular(path);
    return await pass(file, onLine, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    throw fileError('read', path, error);
  } finally {
    await file?.close();
  }
}

async function pass(file: FileHandle, onLine: OnLine, signal: AbortSignal): Promise<number> {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  let [held, tooLong, isSkipping] = [0, 0, false];
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, held, buffer.length - held);
    const end = held + bytesRead;
    let start = 0;
    for (let feed = buffer.indexOf(LINE_FEED); feed !== -1 && feed < end; feed = buffer.indexOf(LINE_FEED, start)) {
      if (!isSkipping) onLine(buffer, start, feed);
      isSkipping = false;
      start = feed + 1;
    }
    held = end - start;
    if (bytesRead === 0) {
      if (held > 0 && !isSkipping) onLine(buffer, start, end);
      return tooLong;
    }
    if (held === buffer.length) {
      if (!isSkipping) tooLong += 1;
      [held, isSkipping] = [0, true];
    }
    buffer.copyWithin(0, start, end);
  }
}

const notRegular = (path: string) =>
  new OperatorError('VOPS-FILE', `cannot read ${path}: it is not a regular file`, {
    hint: 'name a file of samples: CSV with a head, or a JSON object a line',
  });
