/** A channel that is down is itself an alert, on the other channels; so is its recovery. */
import type { AlertEvent } from '../event.js';
import type { Entry } from './entry.js';
import { type Queues, reroute } from './give-up.js';
import { isDown } from './patience.js';
import { addEntry, type Queue, saveState } from './queue.js';

export interface Place {
  readonly environment: string;
  readonly host: string;
}

/** Tells the others of what changed, and hands what waits to the fallback. */
export async function passOn(
  queue: Queue,
  { queues, place }: { readonly queues: Queues; readonly place: Place },
): Promise<void> {
  const { state, settings } = queue;
  const now = queue.desk.now();
  const others = [...queues.values()].filter((other) => other !== queue && other.settings !== undefined);
  if (settings !== undefined && isDown(state, now, queue.entries.length > 0)) {
    await rerouteNew(queue, queues);
    if (state.down !== null) return;
    const since = state.failingSince ?? now.toISOString();
    const summary = `the channel ${queue.channel} takes no messages: ${state.lastError?.reason ?? 'unknown'}`;
    await announce(others, { kind: 'firing', since, summary }, { queue, place });
    queue.state = { ...queue.state, down: { since, told: others.map(({ channel }) => channel) } };
    await saveState(queue);
  } else if (state.down !== null) {
    const { since, told } = state.down;
    const what = settings === undefined ? 'is configured no more' : 'takes messages again';
    const summary = `the channel ${queue.channel} ${what}`;
    const hearers = others.filter(({ channel }) => told.includes(channel));
    await announce(hearers, { kind: 'resolved', since, summary }, { queue, place });
    queue.state = { ...queue.state, down: null, failingSince: null };
    await saveState(queue);
  }
}

/** Those that were not yet handed over; with a clock that stepped back, rather once more than never. */
async function rerouteNew(queue: Queue, queues: Queues) {
  const { entries, state, settings, desk } = queue;
  if (settings?.fallback === undefined) return; // there may be one later
  const until = state.reroutedUntil ?? '';
  const isFresh = until > desk.now().toISOString() ? () => true : ({ enqueuedAt }: Entry) => enqueuedAt > until;
  const fresh = entries.filter(isFresh);
  const last = fresh.at(-1);
  if (last === undefined) return;
  await reroute(queue, fresh, queues);
  queue.state = { ...queue.state, reroutedUntil: last.enqueuedAt };
  await saveState(queue);
}

/** The name of the alert. */
const outageOf = (channel: string): string => `channel-${channel.toLowerCase().replaceAll('_', '-')}-down`;

/** The alerts of all channels that are down now. */
export const outagesIn = (queues: readonly Queue[]): readonly string[] =>
  queues.filter(({ state }) => state.down !== null).map(({ channel }) => outageOf(channel));

interface News extends Pick<AlertEvent, 'since' | 'summary'> {
  readonly kind: 'firing' | 'resolved';
}

async function announce(
  hearers: readonly Queue[],
  { kind, since, summary }: News,
  { queue, place }: { readonly queue: Queue; readonly place: Place },
): Promise<void> {
  const rule = outageOf(queue.channel);
  const episode = Math.floor(Date.parse(since) / 1000);
  const at = queue.desk.now().toISOString();
  const event: AlertEvent = {
    id: `${rule}-${episode}-${kind}`,
    kind,
    rule,
    episode,
    severity: 'critical',
    summary,
    at,
    since,
    values: { waiting: queue.entries.length },
    alsoFiring: [],
    ...place,
  };
  for (const hearer of hearers) {
    await addEntry(hearer, { version: 1, channel: hearer.channel, enqueuedAt: at, insteadOf: [], event });
  }
}
