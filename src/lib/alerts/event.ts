/** What is told about an alert: the unit that the outbox keeps and a channel delivers. */
import * as z from 'zod';
import { ALERT_SEVERITIES } from './rule.js';

export const EVENT_KINDS = [
  'firing',
  'reminder',
  'escalated',
  'resolved',
  'flapping-started',
  'flapping-ended',
  /** Something happened, and is over: a configuration change, a step of a playbook, a test. */
  'notice',
] as const;

const Time = z.iso.datetime();

export const AlertEvent = z.strictObject({
  /** The same however often it is evaluated, stored or sent: rule, episode, kind, number. Only [a-z0-9-]. */
  id: z.string().regex(/^[a-z0-9-]{1,200}$/),
  kind: z.enum(EVENT_KINDS),
  /** Of the rule; what has no rule (a notice) has a name of its own. */
  rule: z.string(),
  /** Which time of firing this belongs to: 1, 2, … for each rule. Firing and its end share it. */
  episode: z.number().int(),
  severity: z.enum(ALERT_SEVERITIES),
  /** One line without the rule's name: `hooks.errorRate is 3.2 %, condition hooks.errorRate > 0.01`. Not escaped. */
  summary: z.string(),
  /** When this event happened. */
  at: Time,
  /** When the alert began to fire. */
  since: Time,
  /** The metrics of the condition at that moment. */
  values: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  /** Worst values seen in this episode, for a resolution. */
  peak: z.record(z.string(), z.number()).optional(),
  condition: z.string().optional(),
  description: z.string().optional(),
  runbook: z.string().optional(),
  /** Other alerts that fire now. */
  alsoFiring: z.array(z.string()),
  environment: z.string(),
  host: z.string(),
});
export type AlertEvent = z.output<typeof AlertEvent>;

/** An event on its way to a channel. */
export interface Notification {
  readonly channel: string;
  readonly event: AlertEvent;
}
