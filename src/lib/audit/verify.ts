/** Whether a log is as it was written: what was changed, removed, moved or cut, and where. */
import { createReadStream } from 'node:fs';
import * as z from 'zod';
import { systemCode } from '../errors.js';
import { fileError } from '../files/index.js';
import { type AuditRecord, CHAIN_ORIGIN, type ChainEnd, SEALED, Seal } from './entry.js';
import { readLine, sha256, withoutLineEnds } from './line.js';
import { auditFile, readHead } from './log.js';

export const Verification = z.strictObject({
  isIntact: z.boolean(),
  /** Records of the log. */
  records: z.number(),
  problems: z.array(
    z.strictObject({
      /** Line of the file. */
      line: z.number(),
      what: z.string(),
    }),
  ),
  /** A crash cut the last line short; the next entry seals it. No sign of tampering. */
  isTorn: z.boolean(),
});
export type Verification = z.output<typeof Verification>;

/**
 * Reads the whole log. Whoever may write both the log and its head can forge both: this finds out accidents, clumsy
 * hands and whoever reaches only one of them. Errors: `VOPS-FILE`.
 */
export async function verifyAudit(stateDirectory: string): Promise<Verification> {
  const head = await readHead(stateDirectory);
  const verifier = createVerifier();
  for await (const line of linesOf(auditFile(stateDirectory))) verifier.see(line);
  return verifier.conclude(head);
}

/** Pure: takes the lines one after the other, without their ends. */
function createVerifier() {
  const problems: Verification['problems'] = [];
  let [line, records] = [0, 0];
  let end: ChainEnd = CHAIN_ORIGIN;
  let broken: Buffer[] = [];
  const lastHashes = new Map<number, string>();
  const found = (what: string, at = line) => void problems.push({ line: at, what });
  const see = (content: Buffer): void => {
    line += 1;
    const read = readLine(content);
    if (read.state === 'broken') return void broken.push(content);
    const { record } = read;
    records += 1;
    if (read.state === 'changed') found(`entry ${record.sequence} was changed after it was written`);
    const isSealed = isSealOf(record, broken);
    if (broken.length > 0 && !isSealed) found('no entry: cut short or overwritten', line - broken.length);
    if (isHeadSeal(record)) found(`the head of the log was missing when entry ${record.sequence} was written`);
    const trouble = troubleBetween(end, record, isSealed ? 0 : broken.length);
    if (trouble) found(trouble);
    broken = [];
    if (record.sequence <= end.sequence) return;
    end = { sequence: record.sequence, hash: record.hash };
    remember(lastHashes, end);
  };
  const conclude = (head: ChainEnd | undefined): Verification => {
    // One line without an end is a crash's; what more there is, is not.
    if (broken.length > 1) found('no entry: cut short or overwritten', line - broken.length + 1);
    const trouble = troubleAtEnd({ end, head, hashes: lastHashes, isEmpty: line === 0 });
    if (trouble) found(trouble, line + 1);
    return { isIntact: problems.length === 0, records, problems, isTorn: broken.length === 1 };
  };
  return { see, conclude };
}

/** The head may be a few entries behind. */
const REMEMBERED = 1_000;

function remember(hashes: Map<number, string>, { sequence, hash }: ChainEnd): void {
  hashes.set(sequence, hash);
  hashes.delete(sequence - REMEMBERED);
}

function isSealOf({ action, details }: AuditRecord, broken: readonly Buffer[]): boolean {
  const seal = action === SEALED ? Seal.safeParse(details).data : undefined;
  const bytes = Buffer.concat(broken.flatMap((line, index) => (index === 0 ? [line] : [Buffer.from('\n'), line])));
  return seal?.sha256 === sha256(withoutLineEnds(bytes));
}

const isHeadSeal = ({ action, details }: AuditRecord) =>
  action === SEALED && Seal.safeParse(details).data?.isHeadMissing === true;

/** @param explained lines before this record that are no entries: the missing ones may have been these */
function troubleBetween(end: ChainEnd, record: AuditRecord, explained: number): string | undefined {
  const missing = record.sequence - end.sequence - 1;
  if (missing < 0) return `entry ${record.sequence} stands after entry ${end.sequence}: moved or repeated`;
  if (missing > explained)
    return `${span(end.sequence + 1, record.sequence - 1)} missing before entry ${record.sequence}`;
  if (missing > 0 || record.previous === end.hash) return undefined;
  return `entry ${record.sequence} was not written after entry ${end.sequence} as it stands: one of them was replaced`;
}

const span = (from: number, to: number) => (from === to ? `entry ${from} is` : `entries ${from} to ${to} are`);

interface Ending {
  readonly end: ChainEnd;
  readonly head: ChainEnd | undefined;
  readonly hashes: ReadonlyMap<number, string>;
  readonly isEmpty: boolean;
}

function troubleAtEnd({ end, head, hashes, isEmpty }: Ending): string | undefined {
  if (head === undefined) {
    return isEmpty ? undefined : 'the head of the log is missing: whether its end was cut cannot be told';
  }
  if (head.sequence > end.sequence) return `the end was cut: ${span(end.sequence + 1, head.sequence)} missing`;
  if (head.sequence === 0 || hashes.get(head.sequence) === head.hash) return undefined;
  return `entry ${head.sequence} is not the one that the head of the log remembers: it was replaced`;
}

/** The lines of a file as bytes: a crash may have cut a character in two. None of a file that does not exist. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 18 })) {
      let bytes: Buffer = Buffer.concat([rest, chunk]);
      for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a)) {
        yield bytes.subarray(0, end);
        bytes = bytes.subarray(end + 1);
      }
      rest = Buffer.from(bytes);
    }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw fileError('read', path, error);
  }
  if (rest.length > 0) yield rest;
}
