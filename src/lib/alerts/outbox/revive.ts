/** The way back for dead letters, once the channel is in order again. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod';
import type { Context } from '../../context.js';
import type { AlertEvent } from '../event.js';
import { placesIn } from './entry.js';
import { DeadLetter } from './give-up.js';
import { writeEntry } from './queue.js';
import { inTurns, listNames, readRecord } from './records.js';

/** What was given up for a channel, the oldest first. Errors: those of the file system. */
export async function deadLetters(
  { state }: Pick<Context, 'state'>,
  channel: string,
): Promise<readonly z.output<typeof DeadLetter>[]> {
  const directory = join(placesIn(await state()).dead, channel);
  const letters = await inTurns(await listNames(directory), (name) => readRecord(join(directory, name), DeadLetter));
  return letters.flatMap((letter) => letter ?? []).toSorted((one, other) => one.diedAt.localeCompare(other.diedAt));
}

/**
 * Puts the dead letters of a channel back into its outbox, as new ones, for the next delivery; of a begin that is over,
 * the end, too, which `endOf` knows. While the lock of the alerts is held. Returns how many. Errors: `VOPS-FILE…`,
 * `VOPS-DISK-FULL`.
 */
export async function reviveDeadLetters(
  context: Pick<Context, 'state' | 'now' | 'log'>,
  channel: string,
  endOf: (event: AlertEvent) => AlertEvent | undefined,
): Promise<number> {
  const places = placesIn(await context.state());
  const directory = join(places.dead, channel);
  const aside = { directory: places.corrupt, report: context.log.warn };
  const enqueuedAt = context.now().toISOString();
  const revived = await inTurns(await listNames(directory), async (name) => {
    const letter = await readRecord(join(directory, name), DeadLetter, aside);
    if (letter === undefined) return false;
    const { version, insteadOf, event } = letter;
    const end = endOf(event);
    for (const told of end === undefined ? [event] : [event, end]) {
      await writeEntry(places.outbox, { version, channel, enqueuedAt, insteadOf, event: told });
    }
    await rm(join(directory, name));
    return true;
  });
  return revived.filter(Boolean).length;
}
