/** Items into one message: its name, its title. */
import { createHash } from 'node:crypto';
import { worst } from './items.js';
import { type Item, type Message, STATE_LABELS } from './message.js';
import { oneLine } from './text.js';

/** @param items at least one, as `toItems` orders them */
export function composeMessage(items: readonly Item[], remarks: readonly string[] = []): Message {
  const firing = items.filter(({ state }) => ACTIVE.includes(state));
  const severity = worst((firing.length > 0 ? firing : items).map((item) => item.severity));
  return { id: messageId(items), title: titleOf(items, severity), severity, items, remarks };
}

const ACTIVE: readonly Item['state'][] = ['firing', 'flapping'];

/** By all events, and the first by name, for people who look for it. */
function messageId(items: readonly Item[]): string {
  const ids = items.flatMap(({ events }) => events.map(({ id }) => id));
  const digest = createHash('sha256').update(ids.toSorted().join(' ')).digest('hex');
  return `${ids[0]?.slice(0, 100)}-${digest.slice(0, 12)}`;
}

function titleOf(items: readonly Item[], severity: Item['severity']): string {
  const [first] = items;
  if (first === undefined) return '';
  const what = items.length === 1 ? first.latest.rule : countStates(items);
  const { environment, host } = first.latest;
  return oneLine(`[${tagOf(items, severity)}] ${oneLine(what, 120)} · ${environment} · ${host}`, 250);
}

function tagOf(items: readonly Item[], severity: Item['severity']): string {
  const [only, ...others] = new Set(items.map(({ state }) => state));
  const label = only === undefined || others.length > 0 ? undefined : STATE_LABELS[only];
  return label ?? severity.toUpperCase();
}

const WORDS: Readonly<Record<Item['state'], string>> = {
  firing: 'firing',
  flapping: 'flapping',
  passed: 'was firing',
  resolved: 'resolved',
  steady: 'no longer flapping',
  notice: 'noted',
};

function countStates(items: readonly Item[]): string {
  const counts = new Map<string, number>();
  for (const { state } of items) counts.set(WORDS[state], (counts.get(WORDS[state]) ?? 0) + 1);
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}
