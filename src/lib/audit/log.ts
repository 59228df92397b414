/** The files of the audit log in the state directory: the log, and the head, which remembers where its end was. */
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../errors.js';
import { fileError, readRegularFile, writeFileAtomic } from '../files/index.js';
import { type AuditRecord, ChainEnd } from './entry.js';
import { readLine } from './line.js';

export const auditFile = (stateDirectory: string): string => join(stateDirectory, 'audit.jsonl');
const headFile = (stateDirectory: string): string => join(stateDirectory, 'audit.head.json');
export const lockFile = (stateDirectory: string): string => join(stateDirectory, 'audit.lock');

/** The end of the log. */
export interface Tail {
  /** In the order of the file; at least the last one, if there is any. */
  readonly records: readonly AuditRecord[];
  /** What stands after the last record. */
  readonly rest: Buffer;
  /** The last line has no end. */
  readonly endsMidLine: boolean;
  /** Nothing stands before these records. */
  readonly isAll: boolean;
}

const FIRST_WINDOW_BYTES = 65_536;
const WINDOW_GROWTH = 8;

/**
 * Reads backwards, in growing pieces, until `isEnough`, or the beginning. A log that does not exist is empty.
 * Errors: `VOPS-FILE`.
 */
export async function readTail(path: string, isEnough: (records: readonly AuditRecord[]) => boolean): Promise<Tail> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { size } = await file.stat();
    for (let window = FIRST_WINDOW_BYTES; ; window *= WINDOW_GROWTH) {
      const start = Math.max(0, size - window);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
      const tail = parseTail(buffer.subarray(0, bytesRead), start > 0);
      if (start === 0 || (tail.records.length > 0 && isEnough(tail.records))) return tail;
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return NOTHING;
    throw fileError('read', path, error);
  } finally {
    await file?.close();
  }
}

const NOTHING: Tail = { records: [], rest: Buffer.alloc(0), endsMidLine: false, isAll: true };

function parseTail(bytes: Buffer, beginsMidLine: boolean): Tail {
  const records: AuditRecord[] = [];
  let restStart = beginsMidLine ? bytes.indexOf(0x0a) + 1 : 0;
  for (let start = restStart; start < bytes.length; ) {
    const lineEnd = bytes.indexOf(0x0a, start);
    const end = lineEnd < 0 ? bytes.length : lineEnd;
    const read = readLine(bytes.subarray(start, end));
    start = end + 1;
    if (read.state !== 'whole') continue;
    records.push(read.record);
    restStart = start;
  }
  const endsMidLine = bytes.length > 0 && bytes.at(-1) !== 0x0a;
  return { records, rest: bytes.subarray(restStart), endsMidLine, isAll: !beginsMidLine };
}

const MAX_HEAD_BYTES = 4_096;

/** Where the chain had come to when it was last written; undefined when the file is gone or unreadable. */
export async function readHead(stateDirectory: string): Promise<ChainEnd | undefined> {
  try {
    const content = await readRegularFile(headFile(stateDirectory), MAX_HEAD_BYTES);
    return ChainEnd.safeParse(JSON.parse(content.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

export function writeHead(stateDirectory: string, { sequence, hash }: ChainEnd): Promise<void> {
  return writeFileAtomic(headFile(stateDirectory), `${JSON.stringify({ sequence, hash })}\n`);
}
