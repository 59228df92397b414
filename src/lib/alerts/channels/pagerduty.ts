/** PagerDuty's Events API v2, and what speaks it. */
import * as z from 'zod';
import type { HttpAnswer } from '../../api/http.js';
import { HttpUrl, SecretText } from '../../config/text.js';
import type { Message } from '../message/index.js';
import type { ChannelContext, DeliveryOutcome } from './channel.js';
import { judgeStatus, post } from './http.js';

export const settings = z.lazy(() =>
  z.strictObject({
    /** Integration key of the service. */
    routingKey: SecretText,
    /** Where its events go; the European region has an address of its own. */
    url: HttpUrl.default('https://events.pagerduty.com/v2/enqueue'),
  }),
);

/** An event of theirs is about one incident. */
export const itemsAtOnce = 1;

/** The begin and, where the alert is over, the end: both are known by the same key, so sending one again does no harm. */
export async function deliver(
  { items }: Message,
  { routingKey, url }: z.output<typeof settings>,
  context: ChannelContext,
): Promise<DeliveryOutcome> {
  const { eventsOf } = await import('./pagerduty-events.js');
  for (const body of items.flatMap(eventsOf)) {
    const outcome = await post({ url, body: { routing_key: routingKey.reveal(), ...body }, judge }, context);
    if (outcome.outcome !== 'delivered') return outcome;
  }
  return { outcome: 'delivered' };
}

/** A wrong key is a 400, like a wrong event; their words tell the two apart. */
function judge(answer: HttpAnswer, context: ChannelContext): DeliveryOutcome {
  const isOfTheKey = answer.status === 400 && /routing.?key/i.test(answer.body.toString('utf8', 0, 10_000));
  if (isOfTheKey) return { outcome: 'permanent', reason: 'answered 400 (routing key)', about: 'channel' };
  return judgeStatus(answer, context);
}
