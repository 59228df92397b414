/**
 * The list of what is in an archive, one JSON document a line, in the order of the archive. It is a file of its own, so
 * that neither a verification nor the limits of a restore depend on what the archive says of itself.
 */
import * as z from 'zod';
import { OperatorError } from '../../errors.js';

export const ARCHIVE_NAME = 'files.tar';
export const CONTENTS_NAME = 'contents.jsonl';

/** More than any backend has, and as much as fits into memory: an archive that lists more is a bomb. */
export const MOST_ENTRIES = 2_000_000;
/** Path and target of 4096 bytes each, every one of them escaped, and the rest of a line. */
const LONGEST_LINE = 65_536;

export const Entry = z.strictObject({
  /** Relative to the root, parts joined by `/`. */
  path: z.string().min(1),
  type: z.enum(['file', 'directory', 'link']),
  /** Octal, such as `0644`; with the bits of setuid, setgid and sticky. */
  mode: z.string().regex(/^[0-7]{4}$/),
  uid: z.number().int().min(0),
  gid: z.number().int().min(0),
  /** Of the content; 0 but for files. */
  sizeBytes: z.number().int().min(0),
  modifiedAt: z.iso.datetime(),
  /** Of a file's content as it is in the archive; absent as long as it is only planned. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  /** Of a link. */
  target: z.string().min(1).optional(),
  /** Why the content is not what the file had at any one moment. */
  incomplete: z.string().optional(),
});
export type Entry = z.output<typeof Entry>;

/** The permission bits as a number. */
export const permissionsOf = ({ mode }: Pick<Entry, 'mode'>): number => Number.parseInt(mode, 8) & 0o777;

export const contentBytesOf = (entries: readonly Entry[]): number =>
  entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

/** The list as a file. */
export function* writeContents(entries: readonly Entry[]): Generator<Buffer> {
  for (const entry of entries) yield Buffer.from(`${JSON.stringify(entry)}\n`);
}

/** The list of a file, of at most `most` entries. @throws OperatorError VOPS-BACKUP-DAMAGED */
export async function readContents(text: AsyncIterable<Buffer>, most: number): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for await (const line of linesOf(text)) {
    if (entries.length === Math.min(most, MOST_ENTRIES)) throw damaged('lists more entries than its manifest counts');
    entries.push(parseEntry(line));
  }
  return entries;
}

async function* linesOf(text: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of text) {
    rest = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
      yield rest.toString('utf8', start, end);
      start = end + 1;
    }
    rest = rest.subarray(start);
    if (rest.length > LONGEST_LINE) throw damaged('has a line that is too long');
  }
  if (rest.length > 0) throw damaged('ends in the middle of a line');
}

function parseEntry(line: string): Entry {
  try {
    const entry = Entry.parse(JSON.parse(line));
    const { type, sha256, target, sizeBytes } = entry;
    const isFile = type === 'file';
    if (
      (sha256 !== undefined) === isFile &&
      (target !== undefined) === (type === 'link') &&
      (isFile || sizeBytes === 0)
    )
      return entry;
  } catch {
    // said below, without the parser's quotations
  }
  throw damaged('has a line that describes no entry');
}

const damaged = (how: string) => new OperatorError('VOPS-BACKUP-DAMAGED', `${CONTENTS_NAME} ${how}`);
