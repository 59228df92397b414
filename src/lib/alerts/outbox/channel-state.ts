/** How a channel fares, from run to run. Its loss costs no message, only patience with a channel that is down. */
import { basename, join } from 'node:path';
import * as z from 'zod';
import { ensurePrivateDirectory } from '../../files/index.js';
import { AlertEvent } from '../event.js';
import { writeStored } from '../stored.js';
import { type Aside, listNames, readRecord } from './records.js';

const Time = z.iso.datetime();
const Count = z.number().int().min(0);

export const OUTCOMES = ['delivered', 'failed', 'dead', 'dropped'] as const;

export const ChannelState = z.strictObject({
  version: z.literal(1),
  /** Attempts in a row that failed. */
  failures: Count,
  /** The last attempt, and how long to leave the channel alone after it. */
  lastAttempt: z.strictObject({ at: Time, waitMs: Count }).nullable(),
  failingSince: Time.nullable(),
  lastError: z.strictObject({ at: Time, reason: z.string(), isFinal: z.boolean() }).nullable(),
  lastSuccessAt: Time.nullable(),
  /** While the other channels know that this one is down. */
  down: z.strictObject({ since: Time, told: z.array(z.string()) }).nullable(),
  /** Entries up to here have been handed to the fallback, too. */
  reroutedUntil: Time.nullable(),
  /** Entries that had to make room since the last message. */
  unmentionedDrops: Count,
  /** Events for which the channel was tried; they only grow. */
  counts: z.strictObject({ delivered: Count, failed: Count, dead: Count, dropped: Count }),
  /** What the channel was told that fires, by rule: for receivers that must be told again, and for when the alerts' state is lost. */
  firing: z.record(z.string(), AlertEvent),
  /** The same of what flaps. */
  flapping: z.record(z.string(), AlertEvent).default({}),
});
export type ChannelState = z.output<typeof ChannelState>;

const UNUSED: ChannelState = {
  version: 1,
  failures: 0,
  lastAttempt: null,
  failingSince: null,
  lastError: null,
  lastSuccessAt: null,
  down: null,
  reroutedUntil: null,
  unmentionedDrops: 0,
  counts: { delivered: 0, failed: 0, dead: 0, dropped: 0 },
  firing: {},
  flapping: {},
};

const fileOf = (directory: string, channel: string): string => join(directory, `${channel}.json`);

/** Names of the channels that ever were tried. */
export const knownChannels = async (directory: string): Promise<readonly string[]> =>
  (await listNames(directory)).filter((name) => name.endsWith('.json')).map((name) => basename(name, '.json'));

/** A file that cannot be read counts as none, and stays where it is without `aside`. */
export async function readChannelState(directory: string, channel: string, aside?: Aside): Promise<ChannelState> {
  return (await readRecord(fileOf(directory, channel), ChannelState, aside)) ?? UNUSED;
}

export async function writeChannelState(directory: string, channel: string, state: ChannelState): Promise<void> {
  await ensurePrivateDirectory(directory);
  await writeStored(fileOf(directory, channel), `${JSON.stringify(state)}\n`);
}
