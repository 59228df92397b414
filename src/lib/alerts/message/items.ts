/** Events put together: all of one firing of one rule is one thing to tell. */
import { compareTexts } from '../../compare-texts.js';
import { groupBy } from '../../group-by.js';
import { type AlertEvent, EVENT_KINDS } from '../event.js';
import { ALERT_SEVERITIES } from '../rule.js';
import { ITEM_STATES, type Item } from './message.js';

/**
 * Items of the events, in whatever order they come: worst first, then what fires before what is over, then the oldest.
 * Those of one rule stand together, as they happened: a receiver that knows an alert by its rule would take the end of an
 * earlier episode for that of the one that fires.
 */
export function toItems(events: readonly AlertEvent[]): readonly Item[] {
  const items = [...groupBy(events, storyOf).values()].flatMap(toItem).sort(byUrgency);
  const byRule = groupBy(items, ({ latest }) => latest.rule);
  return [...byRule.values()].flatMap((ofRule) => ofRule.toSorted(byEpisode));
}

/** A notice stands alone, and flapping is another thing than the alert that flaps. */
function storyOf({ id, rule, episode, kind }: AlertEvent): string {
  if (kind === 'notice') return `notice ${id}`;
  return `${kind.startsWith('flapping') ? 'flapping' : 'alert'} ${episode} ${rule}`;
}

function toItem(story: readonly AlertEvent[]): Item[] {
  const events = story.toSorted(inOrder);
  const latest = events.at(-1);
  if (latest === undefined) return [];
  const severity = worst(events.map((event) => event.severity));
  return [{ state: stateOf(latest, events), severity, events, latest }];
}

const inOrder = (left: AlertEvent, right: AlertEvent): number =>
  compareTexts(left.at, right.at) || EVENT_KINDS.indexOf(left.kind) - EVENT_KINDS.indexOf(right.kind);

function stateOf({ kind }: AlertEvent, events: readonly AlertEvent[]): Item['state'] {
  if (kind !== 'resolved') return STATES[kind];
  return events.some((event) => event.kind === 'firing') ? 'passed' : 'resolved';
}

const STATES = {
  firing: 'firing',
  reminder: 'firing',
  escalated: 'firing',
  'flapping-started': 'flapping',
  'flapping-ended': 'steady',
  notice: 'notice',
} as const;

/** The worst of several; `info` of none. */
export function worst(severities: readonly Item['severity'][]): Item['severity'] {
  return ALERT_SEVERITIES.findLast((severity) => severities.includes(severity)) ?? 'info';
}

const byUrgency = (left: Item, right: Item): number =>
  ALERT_SEVERITIES.indexOf(right.severity) - ALERT_SEVERITIES.indexOf(left.severity) ||
  ITEM_STATES.indexOf(left.state) - ITEM_STATES.indexOf(right.state) ||
  compareTexts(left.latest.since, right.latest.since) ||
  compareTexts(left.latest.id, right.latest.id);

const byEpisode = ({ latest: left }: Item, { latest: right }: Item): number => left.episode - right.episode;
