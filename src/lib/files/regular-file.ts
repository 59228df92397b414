/** Reading a file that somebody else may have put there. */
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { OperatorError } from '../errors.js';
import { fileError } from './errors.js';

const CHUNK_BYTES = 65_536;

/**
 * Reads a regular file of at most `maxBytes`. Never waits on a FIFO, never opens a device, never reads more than the cap,
 * also of a file that grows or that has no size (/proc).
 * Errors: `VOPS-FILE`.
 */
export async function readRegularFile(path: string, maxBytes: number): Promise<Buffer> {
  let file: FileHandle | undefined;
  try {
    if (!(await stat(path)).isFile()) throw notRegular(path); // opening some devices already does something
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile()) throw notRegular(path);
    if (found.size > maxBytes) throw tooLarge(path, maxBytes);
    return await readUpTo(file, path, maxBytes);
  } catch (error) {
    throw fileError('read', path, error);
  } finally {
    await file?.close();
  }
}

async function readUpTo(file: FileHandle, path: string, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES));
    if (bytesRead === 0) return Buffer.concat(chunks, length);
    length += bytesRead;
    if (length > maxBytes) throw tooLarge(path, maxBytes);
    chunks.push(buffer.subarray(0, bytesRead));
  }
}

const notRegular = (path: string) =>
  new OperatorError('VOPS-FILE', `cannot read ${path}: it is not a regular file`, {
    hint: 'name a file of plain data',
  });

const tooLarge = (path: string, maxBytes: number) =>
  new OperatorError('VOPS-FILE', `cannot read ${path}: it is larger than ${maxBytes} bytes`, {
    hint: 'check that this is the file you mean',
  });
