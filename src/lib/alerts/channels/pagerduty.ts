/** PagerDuty's Events API v2, and what speaks it. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { HttpAnswer } from '../../api/http.js';
import { HttpUrl, SecretText } from '../../config/text.js';
import type { AlertEvent } from '../event.js';
import { type Item, type Message, oneLine } from '../message/index.js';
import type { ChannelContext, DeliveryOutcome } from './channel.js';
import { judgeStatus, post } from './http.js';

export const settings = z.strictObject({
  /** Integration key of the service. */
  routingKey: SecretText,
  /** Where its events go; the European region has an address of its own. */
  url: HttpUrl.default('https://events.pagerduty.com/v2/enqueue'),
});

/** An event of theirs is about one incident. */
export const itemsAtOnce = 1;

/** The begin and, where the alert is over, the end: both are known by the same key, so sending one again does no harm. */
export async function deliver(
  { items }: Message,
  { routingKey, url }: z.output<typeof settings>,
  context: ChannelContext,
): Promise<DeliveryOutcome> {
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

type Body = Readonly<Record<string, unknown>>;

function eventsOf(item: Item): readonly Body[] {
  const { latest, state, events } = item;
  const dedup_key = dedupKey(item);
  const begun = { event_action: 'trigger', dedup_key, client: 'viktoria-ops', ...contentOf(item) };
  const ended = { event_action: 'resolve', dedup_key };
  if (state === 'resolved' || (state === 'steady' && events.length === 1)) return [ended];
  const isOver = state === 'passed' || state === 'steady';
  const links = latest.runbook && /^https?:/.test(latest.runbook) ? [{ href: latest.runbook, text: 'runbook' }] : [];
  return [{ ...begun, links }, ...(isOver ? [ended] : [])];
}

/** Their longest key. */
const LONGEST_KEY = 255;

/** What opens and what closes an incident is known by: where, and which rule. A notice is nothing but itself. */
function dedupKey({ latest: { environment, host, rule, id }, state }: Item): string {
  const suffix = state === 'flapping' || state === 'steady' ? ':flapping' : '';
  const key = state === 'notice' ? id : `viktoria-ops:${environment}:${host}:${rule}${suffix}`;
  return key.length > LONGEST_KEY ? createHash('sha256').update(key).digest('hex') : key;
}

const contentOf = ({ latest, severity, events }: Item): Body => ({
  payload: {
    summary: oneLine(`${latest.rule}: ${latest.summary}`, 1024),
    source: latest.host,
    severity,
    timestamp: latest.since,
    group: latest.environment,
    class: latest.rule,
    custom_details: detailsOf(latest, events),
  },
});

const detailsOf = (
  { values, peak, condition, description, runbook, alsoFiring }: AlertEvent,
  events: Item['events'],
) => ({
  values,
  peak,
  condition,
  description,
  runbook,
  alsoFiring,
  ids: events.map(({ id }) => id),
});
