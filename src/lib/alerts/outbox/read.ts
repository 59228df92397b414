/** What waits in the outbox, to be looked at. */
import { join } from 'node:path';
import type { Notification } from '../event.js';
import { Entry, placesIn } from './entry.js';
import { inTurns, listNames, readRecord } from './records.js';

/** Every notification that is stored and not delivered; files that cannot be read are left to `deliver`. */
export async function storedNotifications(state: string): Promise<Notification[]> {
  const { outbox } = placesIn(state);
  const channels = await listNames(outbox);
  const paths = await Promise.all(
    channels.map(async (channel) =>
      (await listNames(join(outbox, channel))).map((name) => join(outbox, channel, name)),
    ),
  );
  const entries = await inTurns(paths.flat(), (path) => readRecord(path, Entry));
  return entries.flatMap((entry) => (entry === undefined ? [] : [{ channel: entry.channel, event: entry.event }]));
}
