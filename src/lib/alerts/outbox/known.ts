/** What a channel knows: how things stand by the last word that reached it. */
import type { Remains } from '../engine/index.js';
import type { AlertEvent } from '../event.js';
import { toItems } from '../message/index.js';
import { type ChannelState, knownChannels, readChannelState } from './channel-state.js';
import { type Entry, placesIn } from './entry.js';
import { recentIds } from './ledger.js';
import { storedNotifications } from './read.js';

type Known = Pick<ChannelState, 'firing' | 'flapping'>;

/** After entries left the outbox. An end that the channel was not told it will not hear again: it is known all the same. */
export function knownAfter({ firing, flapping }: Known, entries: readonly Entry[], isDelivered: boolean): Known {
  const known = { firing: { ...firing }, flapping: { ...flapping } };
  for (const { state, latest } of toItems(entries.map(({ event }) => event))) {
    const about = state === 'flapping' || state === 'steady' ? known.flapping : known.firing;
    if (BEGINS.includes(state) && isDelivered) about[latest.rule] = latest;
    else if (ENDS.includes(state) && isUpTo(latest, about[latest.rule])) delete about[latest.rule];
  }
  return known;
}

const BEGINS = ['firing', 'flapping'];
const ENDS = ['passed', 'resolved', 'steady'];

const isUpTo = ({ episode }: AlertEvent, known: AlertEvent | undefined) =>
  known !== undefined && known.episode <= episode;

/**
 * What is left to go by where the alerts' state was lost: what every channel knows to fire or to flap, what waits for it,
 * and the ids of what it was told lately. `state` is the state directory. A channel's file that is damaged knows nothing.
 */
export async function readRemains(state: string): Promise<Omit<Remains, 'now'>> {
  const { channels: directory, ledger } = placesIn(state);
  const known = (await knownChannels(directory)).map(async (channel) => {
    const { firing, flapping } = await readChannelState(directory, channel);
    return [...Object.values(firing), ...Object.values(flapping)].map((event) => ({ channel, event }));
  });
  return {
    known: [...(await Promise.all(known)).flat(), ...(await storedNotifications(state))],
    told: await recentIds(ledger),
  };
}
