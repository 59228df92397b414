/** An entry of the outbox: one event for one channel, in a file that never changes until it is removed. */
import { join } from 'node:path';
import * as z from 'zod';
import { AlertEvent } from '../event.js';

export const Entry = z.strictObject({
  version: z.literal(1),
  channel: z.string(),
  /** With the event's id, what tells this entry from one of the same name after the state was lost. */
  enqueuedAt: z.iso.datetime(),
  /** The channels it stands in for, the last one first. */
  insteadOf: z.array(z.string()),
  event: AlertEvent,
});
export type Entry = z.output<typeof Entry>;

export interface Places {
  /** A directory for each channel, in it a file for each entry: `<event id>.json`. */
  readonly outbox: string;
  /** The same of what was given up. */
  readonly dead: string;
  /** How each channel fares: `<channel>.json`. */
  readonly channels: string;
  /** What could not be read. */
  readonly corrupt: string;
  /** A line for each entry that left the outbox. */
  readonly ledger: string;
}

export function placesIn(state: string): Places {
  const at = (name: string) => join(state, 'alerts', name);
  return {
    outbox: at('outbox'),
    dead: at('dead'),
    channels: at('channels'),
    corrupt: at('corrupt'),
    ledger: at('delivered.jsonl'),
  };
}

export const entryFile = (directory: string, { channel, event }: Pick<Entry, 'channel' | 'event'>): string =>
  join(directory, channel, `${event.id}.json`);

export interface Identity extends Pick<Entry, 'channel' | 'enqueuedAt'> {
  readonly event: Pick<AlertEvent, 'id'>;
}

/** An entry by what makes it one of a kind. */
export const keyOf = ({ channel, enqueuedAt, event }: Identity): string => `${channel} ${event.id} ${enqueuedAt}`;
