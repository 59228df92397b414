/** Every log of a directory, read once, also while rotation goes on. */
import type { HeldDirectory } from '../../files/index.js';
import { withDirectoryToRead } from '../../files/index.js';
import type { AnalyzerOptions } from './analyzer.js';
import { offsetOf } from './checkpoint.js';
import { isArchive, type LogFile, listLogs } from './files.js';
import { createLanes, type Lanes } from './lanes.js';
import type { Ledger } from './ledger.js';
import { type FileReport, type Reading, readLog } from './read-file.js';
import type { Tally } from './tally.js';

export interface DirectoryOptions extends AnalyzerOptions, Pick<Reading, 'isIncremental' | 'zstd' | 'now' | 'signal'> {
  readonly directory: string;
  readonly logs: RegExp;
  readonly ledger: Ledger;
}

export interface DirectoryReport {
  readonly files: readonly FileReport[];
  /** Last written before the period, so not looked into. */
  readonly olderFiles: number;
  readonly tally: Tally;
}

/** From here on it pays to start workers. */
const WORKERS_FROM_BYTES = 16e6;
/** How many times smaller logs are when they are packed. */
const PACKING = 8;
/** Rotations while we read: more than one is rare. */
const MAX_ROUNDS = 5;

/** Errors: `VOPS-FILE`; the signal's. */
export function readDirectory(options: DirectoryOptions): Promise<DirectoryReport> {
  return withDirectoryToRead(options.directory, async (directory) => {
    const found = await listLogs(directory, options.logs);
    const isLittle = contentBytes(found) < WORKERS_FROM_BYTES;
    const lanes = isLittle ? createLanes(options, 0) : createLanes(options);
    try {
      const { files, olderFiles } = await readRounds(found, { ...options, directory, lanes });
      return { files, olderFiles, tally: await lanes.finish() };
    } finally {
      await lanes.stop();
    }
  });
}

type Round = Omit<DirectoryOptions, 'directory'> & { readonly directory: HeldDirectory; readonly lanes: Lanes };

/** Looks again after each round: what was renamed, copied or packed meanwhile has a file of its own now. */
async function readRounds(first: readonly LogFile[], round: Round) {
  const seen = new Set<string>();
  const files: FileReport[] = [];
  let olderFiles = 0;
  let found = first;
  for (let count = 0; count < MAX_ROUNDS && found.length > 0; count++) {
    const recent = found.filter(({ modifiedAt }) => modifiedAt.getTime() >= round.since);
    olderFiles += found.length - recent.length;
    for (const { identity } of found) seen.add(identity);
    for (const log of recent) files.push(...(await readLog(log, round)));
    found = (await listLogs(round.directory, round.logs)).filter(({ identity }) => !seen.has(identity));
  }
  return { files: files.map((file) => withRest(file, round.ledger)), olderFiles };
}

/** What a file lacked because it was truncated while it was read is there when a copy of it was read since. */
function withRest(file: FileReport, { checkpoints }: Ledger): FileReport {
  if (file.state !== 'partial' || file.head === '') return file;
  const isRead = checkpoints.some(({ head, marks }) => head.digest === file.head && offsetOf(marks) >= file.sizeBytes);
  if (file.encoding !== 'none' || !isRead) return file;
  const { reason: _, ...whole } = file;
  return { ...whole, state: 'analyzed' };
}

/** Roughly. */
function contentBytes(files: readonly LogFile[]): number {
  return files.reduce((sum, file) => sum + file.sizeBytes * (isArchive(file) ? PACKING : 1), 0);
}
