/** Every request that the logs of a directory tell of, with what rotation has made of them, in bounded memory. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { abortReason, systemCode } from '../../errors.js';
import { fileError } from '../../files/index.js';
import { findProgram } from '../../process/find-program.js';
import { type LogFile, listLogs } from '../analyze/files.js';
import { encodingOf, isDamage, openSource } from '../analyze/source.js';
import { TimeReader } from '../entries/time-reader.js';
import { createZone } from '../entries/zone.js';
import { patternToRegExp } from '../names.js';
import { forEachLine } from './lines.js';
import { parseRequest } from './parse-request.js';
import type { AccessRequest } from './request.js';

export interface RequestLogs {
  readonly directory: string;
  /** As `logs.pattern`. */
  readonly pattern: string;
  /** Requests from before are passed over, and so are files last written before; ms since the epoch. */
  readonly since: number;
  /** Where zstd is looked for. */
  readonly path: string | undefined;
  readonly signal: AbortSignal;
}

export interface RequestLog {
  readonly file: string;
  readonly sizeBytes: number;
  /** Of the period; without a time, all of them. */
  readonly requests: number;
  /** Why it was not read to its end; null when it was. */
  readonly reason: string | null;
}

/**
 * Hands out request after request, file by file. Nothing but requests is taken from a file, so unlike a rotation it needs
 * no directory that nobody else can change: `/var/log` often is one that a group can.
 * Errors: `VOPS-FILE` of the directory; the reason of the signal. What is wrong with a file is told with it.
 */
export async function readRequests(
  logs: RequestLogs,
  take: (request: AccessRequest) => void,
): Promise<readonly RequestLog[]> {
  const { directory, pattern, since } = logs;
  const at = (name: string) => join(directory, name);
  const found = await listLogs({ path: directory, at, sync: async () => {} }, patternToRegExp(pattern)).catch(
    (error: unknown) => {
      throw fileError('read the directory', directory, error);
    },
  );
  const zstd = await findProgram('zstd', logs.path);
  const read: RequestLog[] = [];
  for (const log of inOrder(found).filter(({ modifiedAt }) => modifiedAt.getTime() >= since)) {
    read.push(await readLog(log, { ...logs, zstd, take }));
  }
  return read;
}

/** Oldest first, so that requests come in the order they were made, over rotations. */
const inOrder = (logs: readonly LogFile[]) => logs.toSorted((a, b) => +a.modifiedAt - +b.modifiedAt);

interface Reading extends RequestLogs {
  readonly zstd: string | undefined;
  readonly take: (request: AccessRequest) => void;
}

async function readLog({ name, sizeBytes }: LogFile, reading: Reading): Promise<RequestLog> {
  const { directory, signal, since, take } = reading;
  const path = join(directory, name);
  let requests = 0;
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const times = new TimeReader(createZone());
    await forEachLine(await sourceOf(file, reading), signal, (bytes, line) => {
      const request = parseRequest(bytes, line, times);
      if (request === undefined || request.time < since) return;
      requests++;
      take(request);
    });
    return { file: path, sizeBytes, requests, reason: null };
  } catch (error) {
    if (signal.aborted) throw abortReason(signal);
    return { file: path, sizeBytes, requests, reason: reasonOf(error, path) };
  } finally {
    await file?.close();
  }
}

const HEAD_BYTES = 4;

async function sourceOf(file: FileHandle, { zstd, signal }: Reading) {
  const head = new Uint8Array(HEAD_BYTES);
  const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
  const { size: sizeBytes } = await file.stat();
  return openSource({ file, sizeBytes, encoding: encodingOf(head.subarray(0, bytesRead)), zstd, signal });
}

function reasonOf(error: unknown, path: string): string {
  if (isDamage(error)) return 'the archive is damaged or cut short';
  return systemCode(error) === 'ENOENT' ? 'it was renamed meanwhile' : fileError('read', path, error).message;
}
