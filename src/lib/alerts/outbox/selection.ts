/** Which entries go into the next message, and which must leave without one. No clock, no I/O. */
import { compareTexts } from '../../compare-texts.js';
import { type Item, toItems } from '../message/index.js';
import { ALERT_SEVERITIES } from '../rule.js';
import type { Entry } from './entry.js';

/** Of one channel: far more than a day of trouble makes, some 40 MB on a disk. */
const SLOTS = 10_000;
const LIFETIME_MS = 7 * 86_400_000;

/** All of a message's events are named in it: so many, and so many characters of names, fit beside its text. */
const MOST_ITEMS = 200;
const MOST_CHARACTERS = 8_000;

export interface Batch {
  readonly items: readonly Item[];
  readonly entries: readonly Entry[];
}

/** What the next message tells: as much as fits, the worst first; undefined when there is nothing to tell. */
export function nextBatch(entries: readonly Entry[], itemsAtOnce = MOST_ITEMS): Batch | undefined {
  const items: Item[] = [];
  let room = MOST_CHARACTERS;
  for (const item of toItems(entries.map(({ event }) => event)).slice(0, itemsAtOnce)) {
    room -= item.events.reduce((sum, { id }) => sum + id.length + 2, 0);
    if (room < 0 && items.length > 0) break;
    items.push(item);
  }
  if (items.length === 0) return undefined;
  const told = new Set(items.flatMap(({ events }) => events));
  return { items, entries: entries.filter(({ event }) => told.has(event)) };
}

/** Entries that nobody wants to read any more. An entry of the future, by a clock that stepped back, is new. */
export const expired = (entries: readonly Entry[], now: Date): readonly Entry[] =>
  entries.filter(({ enqueuedAt }) => now.getTime() - Date.parse(enqueuedAt) > LIFETIME_MS);

/** The entries that must make room: reminders first, then the least severe, of these the oldest. */
export function surplus(entries: readonly Entry[], slots = SLOTS): readonly Entry[] {
  if (entries.length <= slots) return [];
  return entries.toSorted(byWorth).slice(0, entries.length - slots);
}

const worthOf = ({ event: { kind, severity } }: Entry): number =>
  kind === 'reminder' ? -1 : ALERT_SEVERITIES.indexOf(severity);

const byWorth = (left: Entry, right: Entry): number =>
  worthOf(left) - worthOf(right) || compareTexts(left.enqueuedAt, right.enqueuedAt);
