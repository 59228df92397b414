/** One log file: told by its content, gone on with where it was read to, and read to its end. */
import { constants } from 'node:fs';
import { abortReason, systemCode } from '../../errors.js';
import { fileError, type HeldDirectory, withRegularFile } from '../../files/index.js';
import { FORMATS, type Format } from '../entries/entry.js';
import { type Checkpoint, candidates, compare, digestOf, HEAD_BYTES, type Mark, offsetOf } from './checkpoint.js';
import { createFileTally, type FileTally } from './chunk.js';
import { feed } from './feed.js';
import type { LogFile } from './files.js';
import type { Lanes } from './lanes.js';
import type { Ledger } from './ledger.js';
import { type Encoding, encodingOf, isDamage, type OpenFile, openSource, type Source } from './source.js';

export interface Reading {
  readonly directory: HeldDirectory;
  readonly lanes: Lanes;
  readonly ledger: Ledger;
  /** Whether a later run goes on where this one ends: then a line still being written is its. */
  readonly isIncremental: boolean;
  /** Path of the program; undefined when there is none. */
  readonly zstd: string | undefined;
  readonly now: Date;
  readonly signal: AbortSignal;
}

export interface FileReport {
  readonly name: string;
  readonly encoding: Encoding;
  readonly sizeBytes: number;
  /** `known`: everything in it was read before, under this name or another. */
  readonly state: 'analyzed' | 'known' | 'partial';
  /** Why it was not read to its end. */
  readonly reason?: string;
  readonly analyzedBytes: number;
  readonly tally: FileTally;
  readonly tooLong: number;
  readonly isMidLine: boolean;
  /** Most lines are in this. */
  readonly format: Format | undefined;
  /** Digest of its head, for one that was truncated: the rest may be found in a copy. */
  readonly head: string;
}

/** Reads what is new in a file. No report of one that has gone. Errors: the reason of the signal. */
export async function readLog(log: LogFile, reading: Reading): Promise<FileReport[]> {
  try {
    const place = { directory: reading.directory, name: log.name, flags: constants.O_RDONLY };
    return [await withRegularFile(place, (file, { size }) => readOpen(log, { file, sizeBytes: size }, reading))];
  } catch (error) {
    if (reading.signal.aborted) throw abortReason(reading.signal);
    if (systemCode(error) === 'ENOENT') return [];
    return [unread(log, reasonOf(error, log.name))];
  }
}

const unread = (log: LogFile, reason: string): FileReport => ({
  name: log.name,
  encoding: 'none',
  sizeBytes: log.sizeBytes,
  state: 'partial',
  reason,
  analyzedBytes: 0,
  tally: createFileTally(false),
  tooLong: 0,
  isMidLine: false,
  format: undefined,
  head: '',
});

async function readOpen(
  log: LogFile,
  { file, sizeBytes }: Pick<OpenFile, 'file' | 'sizeBytes'>,
  reading: Reading,
): Promise<FileReport> {
  const raw = new Uint8Array(HEAD_BYTES);
  const { bytesRead } = await file.read(raw, 0, raw.length, 0);
  const encoding = encodingOf(raw.subarray(0, bytesRead));
  const archive = { digest: digestOf(raw.subarray(0, bytesRead)), sizeBytes, seenAt: reading.now.toISOString() };
  if (encoding !== 'none' && isKnownArchive(reading.ledger, archive))
    return { ...unread(log, ''), encoding, state: 'known' };
  const opened = { file, sizeBytes, encoding, zstd: reading.zstd, signal: reading.signal };
  const report = await readContent(log, opened, reading);
  if (encoding !== 'none' && report.state !== 'partial') reading.ledger.archives.push(archive);
  return report;
}

function isKnownArchive({ archives }: Ledger, { digest, sizeBytes, seenAt }: Ledger['archives'][number]): boolean {
  const known = archives.find((archive) => archive.digest === digest && archive.sizeBytes === sizeBytes);
  if (known) known.seenAt = seenAt;
  return known !== undefined;
}

async function readContent(log: LogFile, opened: OpenFile, reading: Reading): Promise<FileReport> {
  const found = await findStart(opened, reading.ledger);
  if (found === 'copy') return { ...unread(log, ''), encoding: opened.encoding, state: 'known' };
  const { source, head, checkpoint, start } = found;
  const offset = offsetOf(start.marks);
  const tally = createFileTally(offset > 0);
  const takesLast = (line: Uint8Array) => log.isRotated || (!reading.isIncremental && !isHalfJson(line));
  try {
    const fed = await feed({ ...reading, source, file: tally, start, takesLast });
    remember(reading, { head, checkpoint, marks: fed.marks });
    const { encoding, sizeBytes } = opened;
    const analyzedBytes = fed.offset - offset;
    const about = { name: log.name, encoding, sizeBytes, analyzedBytes, tally, format: mainFormat(tally) };
    const { tooLong, isMidLine } = fed;
    return { ...about, ...endOf(log, fed.failure, analyzedBytes), tooLong, isMidLine, head: digestOf(head) };
  } finally {
    await source.close();
  }
}

interface Start {
  readonly source: Source;
  readonly head: Uint8Array;
  /** The one that is gone on with. */
  readonly checkpoint: Checkpoint | undefined;
  readonly start: { readonly marks: Checkpoint['marks']; readonly tail: Uint8Array };
}

async function findStart(opened: OpenFile, { checkpoints }: Ledger): Promise<Start | 'copy'> {
  const head = await readHead(opened);
  for (const checkpoint of candidates(checkpoints, head)) {
    const source = openSource(opened);
    const verdict = await compare(source, checkpoint).catch(async (error: unknown) => {
      await source.close();
      throw error;
    });
    const { marks } = checkpoint;
    const tail = verdict === 'resume' ? await source.skipTo(offsetOf(marks)) : undefined;
    if (tail) return { source, head, checkpoint, start: { marks, tail } };
    await source.close();
    if (verdict === 'copy') return 'copy';
  }
  return { source: openSource(opened), head, checkpoint: undefined, start: { marks: [], tail: new Uint8Array() } };
}

async function readHead(opened: OpenFile): Promise<Uint8Array> {
  const source = openSource(opened);
  const head = new Uint8Array(HEAD_BYTES);
  try {
    let length = 0;
    for (let bytes = -1; bytes !== 0 && length < HEAD_BYTES; length += bytes) {
      bytes = await source.read(head.subarray(length));
    }
    return head.subarray(0, length);
  } finally {
    await source.close();
  }
}

const [OPEN_BRACE, CLOSE_BRACE] = [0x7b, 0x7d];

const isHalfJson = (line: Uint8Array): boolean => line[0] === OPEN_BRACE && line.at(-1) !== CLOSE_BRACE;

/** Notes how far the file was read. */
function remember(
  { ledger, now }: Reading,
  { head, checkpoint, marks }: Pick<Start, 'head' | 'checkpoint'> & { readonly marks: readonly Mark[] },
): void {
  const seenAt = now.toISOString();
  const isFurther = offsetOf(marks) > offsetOf(checkpoint?.marks ?? []);
  const end = { head: { length: head.length, digest: digestOf(head) }, marks: [...marks], seenAt };
  if (isFurther) ledger.checkpoints.push(end);
  if (checkpoint) ledger.passed.add(checkpoint);
  ledger.ends.add(isFurther ? end : (checkpoint ?? end));
}

function endOf(log: LogFile, failure: unknown, analyzedBytes: number): Pick<FileReport, 'state' | 'reason'> {
  if (failure !== undefined) return { state: 'partial', reason: reasonOf(failure, log.name) };
  return { state: analyzedBytes === 0 ? 'known' : 'analyzed' };
}

function reasonOf(error: unknown, name: string): string {
  return isDamage(error) ? 'the archive is damaged or cut short' : fileError('read', name, error).message;
}

function mainFormat({ entries, formats }: FileTally): Format | undefined {
  return entries === 0 ? undefined : FORMATS[formats.indexOf(Math.max(...formats))];
}
