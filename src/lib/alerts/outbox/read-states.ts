/** How the channels fare, for who only looks. */
import type { Context } from '../../context.js';
import { type ChannelState, readChannelState } from './channel-state.js';
import { placesIn } from './entry.js';

export async function readChannelStates(
  context: Pick<Context, 'state' | 'log'>,
  channels: readonly string[],
): Promise<ReadonlyMap<string, ChannelState>> {
  const { channels: directory, corrupt } = placesIn(await context.state());
  const aside = { directory: corrupt, report: context.log.warn };
  const read = async (channel: string) => [channel, await readChannelState(directory, channel, aside)] as const;
  return new Map(await Promise.all(channels.map(read)));
}
