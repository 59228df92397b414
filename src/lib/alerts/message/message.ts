/** What is told in one go: the events that are due on a channel, put together by what they are about. */
import type { AlertEvent } from '../event.js';
import type { AlertSeverity } from '../rule.js';

/** How an alert stands by its last event. `passed`: it began and ended before anybody was told. */
export const ITEM_STATES = ['firing', 'flapping', 'passed', 'resolved', 'steady', 'notice'] as const;

/** What stands above an item, and above a message of nothing else; otherwise it is the severity. */
export const STATE_LABELS: Readonly<Partial<Record<(typeof ITEM_STATES)[number], string>>> = {
  flapping: 'FLAPPING',
  passed: 'WAS FIRING',
  resolved: 'RESOLVED',
  steady: 'NO LONGER FLAPPING',
};

/** All there is to tell of one firing of one rule. */
export interface Item {
  readonly state: (typeof ITEM_STATES)[number];
  readonly severity: AlertSeverity;
  /** At least one; in the order in which they happened. */
  readonly events: readonly AlertEvent[];
  /** The last of them. */
  readonly latest: AlertEvent;
}

export interface Message {
  /** The same for the same events, so that a receiver knows one that it gets twice. Only [a-z0-9-]. */
  readonly id: string;
  /** One line. Not escaped, but free of control characters. */
  readonly title: string;
  /** The worst of what fires; of a message in which nothing does, the worst. */
  readonly severity: AlertSeverity;
  /** Worst first. */
  readonly items: readonly Item[];
  /** What is to be said of the message itself: entries that were given up, a channel it stands in for. */
  readonly remarks: readonly string[];
}
