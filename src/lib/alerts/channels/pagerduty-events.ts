/** Items as events of PagerDuty. */
import { createHash } from 'node:crypto';
import type { AlertEvent } from '../event.js';
import { type Item, oneLine } from '../message/index.js';

type Body = Readonly<Record<string, unknown>>;

/** The events that one item is: the begin, the end, or both. */
export function eventsOf(item: Item): readonly Body[] {
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
