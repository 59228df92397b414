/** Lines where the operator, cron's mail or the journal reads them. */
import * as z from 'zod';
import type { Message } from '../message/index.js';
import type { ChannelContext, DeliveryOutcome } from './channel.js';

export const settings = z.lazy(() => z.strictObject({}));

export async function deliver(
  message: Message,
  _settings: unknown,
  { print }: ChannelContext,
): Promise<DeliveryOutcome> {
  const { plainText } = await import('../message/index.js');
  for (const line of plainText(message)) await print(line);
  return { outcome: 'delivered' };
}
