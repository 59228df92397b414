/** Adds to the audit log. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Context } from '../context.js';
import { fileError } from '../files/index.js';
import { withLock } from '../process/index.js';
import { type AuditEntry, type AuditRecord, CHAIN_ORIGIN, type ChainEnd, SEALED, type Seal } from './entry.js';
import { sha256, withoutLineEnds, writeLine } from './line.js';
import { auditFile, lockFile, readHead, readTail, type Tail, writeHead } from './log.js';

export type AuditContext = Pick<Context, 'state' | 'now' | 'redactor' | 'runId'>;

/** Other writers hold the lock for a few milliseconds each. */
const LOCK_WAIT_MS = 10_000;

/**
 * Appends the entries, without their secrets, and makes them durable. Also after an abort: what was done must stand
 * there. What a crash left of a line is sealed, so that it is not taken for tampering.
 * Errors: `VOPS-FILE…`, `VOPS-DISK-FULL`, `VOPS-LOCK-BUSY`.
 */
export async function appendAudit(context: AuditContext, ...entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const directory = await context.state();
  const holder = { command: 'audit', runId: context.runId, startedAt: context.now().toISOString() };
  const lock = { waitMs: LOCK_WAIT_MS, signal: new AbortController().signal, holder };
  await withLock(lockFile(directory), lock, async () => {
    const head = await readHead(directory);
    const tail = await readTail(auditFile(directory), (records) => !head || isAmong(head, records));
    const isNew = head === undefined && tail.records.length === 0 && tail.rest.length === 0;
    // First of all the head: from now on a head that is missing was removed.
    if (isNew) await writeHead(directory, CHAIN_ORIGIN);
    const seal = isNew ? [] : sealOf(tail, head);
    const { text, end } = chain(context, [...seal, ...entries], endOf(tail, head));
    await appendText(auditFile(directory), tail.endsMidLine ? `\n${text}` : text);
    await writeHead(directory, end);
  });
}

const isAmong = ({ sequence, hash }: ChainEnd, records: readonly AuditRecord[]) =>
  sequence === 0 || records.some((record) => record.sequence === sequence && record.hash === hash);

/**
 * The log goes on from its last record when it holds the record that the head remembers (a crash may have kept the
 * head behind); else from what the head remembers, and the gap shows for ever.
 */
function endOf({ records }: Tail, head: ChainEnd | undefined): ChainEnd {
  const last = records.at(-1) ?? CHAIN_ORIGIN;
  return head === undefined || isAmong(head, records) ? last : head;
}

function sealOf({ rest }: Tail, head: ChainEnd | undefined): AuditEntry[] {
  if (rest.length === 0 && head !== undefined) return [];
  const sealed = withoutLineEnds(rest);
  const details: Seal = { sha256: sha256(sealed), bytes: sealed.length, isHeadMissing: head === undefined };
  return [{ actor: 'audit', action: SEALED, subject: 'audit.jsonl', outcome: 'what is no entry was sealed', details }];
}

function chain({ now, redactor, runId }: AuditContext, entries: readonly AuditEntry[], from: ChainEnd) {
  const about = { at: now().toISOString(), host: hostname(), runId };
  let end: ChainEnd = from;
  let text = '';
  for (const entry of entries) {
    const place = { sequence: end.sequence + 1, previous: end.hash };
    const { line, record } = writeLine({ ...place, ...about, ...redactor.data(entry) });
    text += line;
    end = record;
  }
  return { text, end };
}

async function appendText(path: string, text: string): Promise<void> {
  let file: FileHandle | undefined;
  try {
    const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
    file = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    throw fileError('write', path, error);
  } finally {
    await file?.close();
  }
}
