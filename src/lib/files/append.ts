/** Journals: files of one JSON document a line that only ever grow. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { fileError } from './errors.js';

/**
 * Adds the records in one write and makes them durable. A crash can cut short the last line, which readers pass over;
 * the next record then begins on a line of its own. Errors: `VOPS-FILE`, `VOPS-DISK-FULL`.
 */
export async function appendLines(path: string, records: readonly unknown[]): Promise<void> {
  if (records.length === 0) return;
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  let file: FileHandle | undefined;
  try {
    file = await open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
    const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    await file.writeFile((await endsMidLine(file)) ? `\n${lines}` : lines);
    await file.sync();
  } catch (error) {
    throw fileError('write', path, error);
  } finally {
    await file?.close();
  }
}

async function endsMidLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}
