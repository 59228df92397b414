/** Notifications into the outbox: the first thing that happens to them, before the state that brought them is kept. */
import type { Context } from '../../context.js';
import { ensurePrivateDirectory, syncDirectory } from '../../files/index.js';
import type { Notification } from '../event.js';
import { isDiskFull } from '../stored.js';
import { type Entry, placesIn } from './entry.js';
import { writeEntry } from './queue.js';
import { inTurns } from './records.js';

/**
 * Writes a file for each notification; the same event is the same file, however often it is enqueued. Returns those that
 * a full disk did not take: hand them to `deliver`, which tells them all the same, and do not keep the state until they
 * are told, so that the next evaluation brings them again. Errors: `VOPS-FILE…`.
 */
export async function enqueue(
  context: Pick<Context, 'state' | 'now'>,
  notifications: readonly Notification[],
): Promise<readonly Entry[]> {
  if (notifications.length === 0) return [];
  const { outbox } = placesIn(await context.state());
  const enqueuedAt = context.now().toISOString();
  const entries = notifications.map(
    ({ channel, event }): Entry => ({ version: 1, channel, enqueuedAt, insteadOf: [], event }),
  );
  try {
    await ensurePrivateDirectory(outbox);
    await inTurns(entries, (entry) => writeEntry(outbox, entry));
    await syncDirectory(outbox); // the directories of new channels
    return [];
  } catch (error) {
    if (isDiskFull(error)) return entries;
    throw error;
  }
}
