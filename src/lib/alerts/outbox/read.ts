/** What waits in the outbox, to be looked at. */
import { join } from 'node:path';
import type { Notification } from '../event.js';
import { Entry, placesIn } from './entry.js';
import { inTurns, listNames, readRecord } from './records.js';

/** Every notification that is stored and not delivered; files that cannot be read are left to `deliver`. */
export async function storedNotifications(state: string): Promise<Notification[]> {
  const { outbox } = placesIn(state);
  const channels = await listNames(outbox);
  const files = await Promise.all(
    channels.map(async (channel) => (await listNames(join(outbox, channel))).map((name) => ({ channel, name }))),
  );
  const found = await inTurns(files.flat(), async ({ channel, name }) => ({
    channel,
    entry: await readRecord(join(outbox, channel, name), Entry),
  }));
  return found.flatMap(({ channel, entry }) => (entry === undefined ? [] : [{ channel, event: entry.event }]));
}
