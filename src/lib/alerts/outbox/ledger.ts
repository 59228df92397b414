/** The ledger: what left the outbox, when and how. Bounded: a full one becomes the previous one. */
import { open, rename, stat } from 'node:fs/promises';
import { systemCode } from '../../errors.js';
import { appendLines, fileError } from '../../files/index.js';
import { type Entry, type Identity, keyOf } from './entry.js';

type Departure = 'delivered' | 'dead' | 'dropped' | 'unwanted';

const MOST_BYTES = 5_000_000;
/** More than the last messages to all channels can have added. */
const TAIL_BYTES = 500_000;

export interface LedgerLine {
  readonly at: string;
  readonly outcome: Departure;
  /** Of the message it was part of. */
  readonly message?: string | undefined;
  readonly reason?: string | undefined;
}

export async function appendToLedger(path: string, entries: readonly Entry[], line: LedgerLine): Promise<void> {
  const { at, ...rest } = line;
  const records = entries.map(({ channel, event, enqueuedAt }) => ({ at, channel, id: event.id, enqueuedAt, ...rest }));
  await appendLines(path, records);
}

/** Begins a new one when it is full. While nobody else writes it. */
export async function rotateLedger(path: string): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > MOST_BYTES) await rename(path, `${path}.1`);
}

/** Keys of the entries that left last: one that is still in the outbox was told, and the run killed before it was removed. */
export async function recentDepartures(path: string): Promise<ReadonlySet<string>> {
  return new Set((await readDepartures(path)).map(keyOf));
}

/** Ids of the events that left last. */
export async function recentIds(path: string): Promise<ReadonlySet<string>> {
  return new Set((await readDepartures(path)).map(({ event }) => event.id));
}

async function readDepartures(path: string): Promise<readonly Identity[]> {
  const lines = (await readTail(path)).split('\n');
  return lines.flatMap((line) => identityIn(line) ?? []);
}

async function readTail(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const start = Math.max(0, size - TAIL_BYTES);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw fileError('read', path, error);
  }
}

/** The first line of a tail, and the last one after a crash, may be cut. */
function identityIn(line: string): Identity | undefined {
  try {
    const { channel, id, enqueuedAt } = JSON.parse(line);
    return { channel, enqueuedAt, event: { id } };
  } catch {
    return undefined;
  }
}
