/** Copies a log that is being written, then empties it, with as little as possible between the two. */
import { ftruncateSync, readSync, writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';

export interface LogAndCopy {
  readonly file: FileHandle;
  readonly copy: FileHandle;
}

const CHUNK_BYTES = 2 ** 20;

/**
 * Copies all of `file`, lets `secure` make the copy findable, copies what was written since, and truncates the file in
 * the same breath. When it rejects, the file has not been touched; the truncation is the last thing it does.
 */
export async function copyThenTruncate({ file, copy }: LogAndCopy, secure: () => Promise<void>): Promise<void> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let position = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) break;
    await copy.appendFile(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
  await copy.sync();
  await secure();
  copyRest({ file, copy }, position);
  ftruncateSync(file.fd, 0);
}

/** Without yielding: between the read that finds the end and the truncation there must be nothing. */
function copyRest({ file, copy }: LogAndCopy, start: number): void {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let position = start; ; ) {
    const length = readSync(file.fd, buffer, 0, CHUNK_BYTES, position);
    if (length === 0) return;
    for (let written = 0; written < length; ) written += writeSync(copy.fd, buffer, written, length - written);
    position += length;
  }
}
