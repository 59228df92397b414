/** Which files of a directory are logs to analyse: those being written, and what rotation has made of them. */
import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { systemCode } from '../../errors.js';
import type { HeldDirectory } from '../../files/index.js';

export interface LogFile {
  readonly name: string;
  /** Nobody writes to it any more: its last line is whole. */
  readonly isRotated: boolean;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
  /** Stays the same when it is renamed. */
  readonly identity: string;
}

/** `app.log.1`, `app.log-20261123.gz`, `app.log-20261123T030000Z.1.zst`: rotation adds to the name of the log. */
const ADDED = /(?:[.-]\d[\dTZ.:_-]*)?(?:\.(?:gz|zst))?$/;

/** What a name is, by the pattern of logs; undefined for what is none. */
export function kindOfName(name: string, logs: RegExp): Pick<LogFile, 'isRotated'> | undefined {
  if (logs.test(name)) return { isRotated: false };
  const log = name.replace(ADDED, '');
  return log !== name && logs.test(log) ? { isRotated: true } : undefined;
}

/** Regular files only, plain ones first and the smaller first: so an old copy of a log is read before it, and archives last. */
export async function listLogs(directory: HeldDirectory, logs: RegExp): Promise<LogFile[]> {
  const found: LogFile[] = [];
  for (const name of await readdir(directory.at(''))) {
    const kind = kindOfName(name, logs);
    const stats = kind && (await statsOf(directory.at(name)));
    if (kind === undefined || !stats?.isFile() || stats.nlink > 1) continue;
    const { size: sizeBytes, mtime: modifiedAt, dev, ino } = stats;
    found.push({ name, ...kind, sizeBytes, modifiedAt, identity: `${dev}:${ino}` });
  }
  return found.sort((a, b) => Number(isArchive(a)) - Number(isArchive(b)) || a.sizeBytes - b.sizeBytes);
}

export const isArchive = ({ name }: LogFile): boolean => /\.(?:gz|zst)$/.test(name);

/** Undefined for what has gone since. */
async function statsOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
