/** What waits for one channel, and how that channel fares: read at the start of a delivery, written as it goes. */

import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compareTexts } from '../../compare-texts.js';
import { explain } from '../../errors.js';
import { ensurePrivateDirectory, writeFileAtomic } from '../../files/index.js';
import type { ChannelSettings } from '../channels/index.js';
import { type ChannelState, type OUTCOMES, readChannelState, writeChannelState } from './channel-state.js';
import { Entry, entryFile, keyOf, type Places } from './entry.js';
import { knownAfter } from './known.js';
import { appendToLedger, type LedgerLine } from './ledger.js';
import { inTurns, listNames, readRecord, removeLeftovers } from './records.js';

export interface Queue {
  readonly channel: string;
  /** Undefined for a channel that is not configured any more. */
  readonly settings: ChannelSettings | undefined;
  readonly desk: Desk;
  entries: readonly Entry[];
  state: ChannelState;
  /** Events of this run, by what became of them. */
  readonly tally: Record<(typeof OUTCOMES)[number], number>;
}

export interface Desk {
  readonly places: Places;
  /** Keys of entries that left the outbox lately, these and those of the last runs. */
  readonly departed: Set<string>;
  readonly now: () => Date;
  /** Told of what costs no message, but should be known. */
  readonly warn: (what: string) => void;
}

export async function openQueue(
  { channel, settings, desk }: Pick<Queue, 'channel' | 'settings' | 'desk'>,
  report: (what: string) => void,
): Promise<Queue> {
  const { places } = desk;
  const aside = { directory: places.corrupt, report };
  const directory = join(places.outbox, channel);
  await removeLeftovers(directory);
  const names = (await listNames(directory)).filter((name) => name.endsWith('.json'));
  const found = await inTurns(names, (name) => readRecord(join(directory, name), Entry, aside));
  const state = await readChannelState(places.channels, channel, aside);
  // Where it lies says whose it is: an operator may have moved it.
  const entries = found.flatMap((entry) => (entry ? [{ ...entry, channel }] : [])).toSorted(inOrder);
  return { channel, settings, desk, entries, state, tally: { delivered: 0, failed: 0, dead: 0, dropped: 0 } };
}

const inOrder = (left: Entry, right: Entry): number =>
  compareTexts(left.enqueuedAt, right.enqueuedAt) || compareTexts(left.event.id, right.event.id);

/** Writes an entry: from here on it is not lost. One of the same name is replaced: it tells of the same event. */
export async function writeEntry(directory: string, entry: Entry): Promise<void> {
  const file = entryFile(directory, entry);
  await ensurePrivateDirectory(dirname(file));
  await writeFileAtomic(file, `${JSON.stringify(entry)}\n`);
}

/**
 * Puts an entry into the queue of another channel, unless the event waits there already or was told there. On a full disk
 * it is in the queue all the same, for this run.
 */
export async function addEntry(queue: Queue, entry: Entry): Promise<void> {
  const { places, departed, warn } = queue.desk;
  if (departed.has(keyOf(entry)) || isWaiting(queue, entry)) return;
  await writeEntry(places.outbox, entry).catch((error: unknown) => warn(explain(error).message));
  queue.entries = [...queue.entries, entry];
}

/** Puts an entry into the queue that could not be written, unless its file is there. */
export function admit(queue: Queue, entry: Entry): void {
  if (!isWaiting(queue, entry)) queue.entries = [...queue.entries, entry];
}

const isWaiting = ({ entries }: Queue, { event: { id } }: Entry): boolean =>
  entries.some(({ event }) => event.id === id);

/**
 * Entries leave the outbox: the ledger first, so that a run killed in between does not tell them again. A ledger that
 * cannot be written, on a full disk, must not have them told at every run. What the channel knows then is in its state,
 * which the caller saves.
 */
export async function takeOut(queue: Queue, entries: readonly Entry[], line: LedgerLine): Promise<void> {
  const { places, departed, warn } = queue.desk;
  await appendToLedger(places.ledger, entries, line).catch((error: unknown) => warn(explain(error).message));
  for (const entry of entries) departed.add(keyOf(entry));
  queue.state = { ...queue.state, ...knownAfter(queue.state, entries, line.outcome === 'delivered') };
  await removeEntries(queue, entries);
}

export async function removeEntries(queue: Queue, entries: readonly Entry[]): Promise<void> {
  const { places } = queue.desk;
  const gone = new Set(entries);
  await inTurns(entries, (entry) => rm(entryFile(places.outbox, entry), { force: true }));
  queue.entries = queue.entries.filter((entry) => !gone.has(entry));
}

/** What became of so many events, for this run and for all. */
export function count(queue: Queue, outcome: (typeof OUTCOMES)[number], events: number): void {
  queue.tally[outcome] += events;
  const { counts } = queue.state;
  queue.state = { ...queue.state, counts: { ...counts, [outcome]: counts[outcome] + events } };
}

/** A state that cannot be written costs nothing but the memory of what was tried. */
export async function saveState({ channel, state, desk: { places, warn } }: Queue): Promise<void> {
  await writeChannelState(places.channels, channel, state).catch((error: unknown) => warn(explain(error).message));
}
