/** Entries that a channel will not take: to its fallback first, then to the dead letters. Nothing is thrown away. */
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { ensurePrivateDirectory, writeFileAtomic } from '../../files/index.js';
import { Entry, entryFile } from './entry.js';
import { addEntry, count, type Queue, takeOut } from './queue.js';
import { inTurns, listNames } from './records.js';

export type Queues = ReadonlyMap<string, Queue>;

export const DeadLetter = Entry.extend({ diedAt: z.iso.datetime(), reason: z.string() });

/** Per channel; the oldest are removed. */
const MOST_DEAD_LETTERS = 10_000;

export async function giveUp(
  queue: Queue,
  entries: readonly Entry[],
  { reason, queues }: { readonly reason: string; readonly queues: Queues },
): Promise<void> {
  const { now, places } = queue.desk;
  const at = now().toISOString();
  const isRerouted = ({ enqueuedAt }: Entry) => enqueuedAt <= (queue.state.reroutedUntil ?? '');
  await reroute(
    queue,
    entries.filter((entry) => !isRerouted(entry)),
    queues,
  );
  await inTurns(entries, (entry) => writeDeadLetter(places.dead, { ...entry, diedAt: at, reason }));
  await prune(join(places.dead, queue.channel));
  await takeOut(queue, entries, { at, outcome: 'dead', reason });
  count(queue, 'dead', entries.length);
}

/** Copies for the fallback, where there is one that they have not been to. */
export async function reroute(queue: Queue, entries: readonly Entry[], queues: Queues): Promise<void> {
  const { channel, settings } = queue;
  const fallback = settings?.fallback === undefined ? undefined : queues.get(settings.fallback);
  if (fallback === undefined) return;
  for (const entry of entries) {
    if (entry.insteadOf.includes(fallback.channel)) continue;
    await addEntry(fallback, { ...entry, channel: fallback.channel, insteadOf: [channel, ...entry.insteadOf] });
  }
}

async function writeDeadLetter(directory: string, letter: z.output<typeof DeadLetter>): Promise<void> {
  const file = entryFile(directory, letter);
  await ensurePrivateDirectory(dirname(file));
  await writeFileAtomic(file, `${JSON.stringify(letter)}\n`);
}

async function prune(directory: string): Promise<void> {
  const names = await listNames(directory);
  const surplus = names.toSorted().slice(0, Math.max(0, names.length - MOST_DEAD_LETTERS));
  await inTurns(surplus, (name) => rm(join(directory, name), { force: true }));
}
