/** One line of the log: how it is written, and what can be said of it when it is read. Pure. */
import { createHash } from 'node:crypto';
import { AuditRecord } from './entry.js';

export type ReadLine =
  | { readonly state: 'whole' | 'changed'; readonly record: AuditRecord }
  /** No record: cut short, or not ours. */
  | { readonly state: 'broken' };

export const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

/** The line, its end included, and the record with its hash. */
export function writeLine(unhashed: Omit<AuditRecord, 'hash'>): {
  readonly line: string;
  readonly record: AuditRecord;
} {
  const text = JSON.stringify(unhashed);
  const hash = sha256(text);
  return { line: `${text.slice(0, -1)},"hash":"${hash}"}\n`, record: { ...unhashed, hash } };
}

/** `,"hash":"` + 64 digits + `"}`. */
const SUFFIX_BYTES = 75;

/** The very bytes are hashed, so there is only one way to write a record. */
export function readLine(line: Buffer): ReadLine {
  const record = parse(line.toString('utf8'));
  if (record === undefined) return { state: 'broken' };
  const hashed = Buffer.concat([line.subarray(0, -SUFFIX_BYTES), Buffer.from('}')]);
  const isWhole = sha256(hashed) === record.hash && line.subarray(-SUFFIX_BYTES).toString() === suffixOf(record);
  return { state: isWhole ? 'whole' : 'changed', record };
}

const suffixOf = ({ hash }: AuditRecord) => `,"hash":"${hash}"}`;

function parse(text: string): AuditRecord | undefined {
  try {
    return AuditRecord.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Bytes without the line ends after them: what a seal vouches for. */
export function withoutLineEnds(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0x0a) end -= 1;
  return bytes.subarray(0, end);
}
