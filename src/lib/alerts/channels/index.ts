/** Every type of channel there is; the schema of the configuration is made from this list. */
import * as z from 'zod';
import { TimeLimit } from '../../units.js';
import { ALERT_SEVERITIES } from '../rule.js';
import * as alertmanager from './alertmanager.js';
import type { Channel } from './channel.js';
import * as email from './email.js';
import * as pagerduty from './pagerduty.js';
import * as slack from './slack.js';
import * as stdout from './stdout.js';
import * as webhook from './webhook.js';

export type { ChannelContext, DeliveryOutcome } from './channel.js';

/** What every channel takes. */
const common = {
  /** Rules that name no channels of their own go here only from this severity on. */
  minSeverity: z.enum(ALERT_SEVERITIES).default('info'),
  /** The channel that gets what this one refuses for good, or has not taken for ten minutes. */
  fallback: z.string().optional(),
  /** Longest one message may take. */
  timeout: TimeLimit.prefault('10s'),
  /** Whether the end of an alert is told. */
  sendResolved: z.boolean().default(true),
} as const;

const typed = <Type extends string>(type: Type) => ({
  /** What it speaks. May be left out where the channel is named so. */
  type: z.literal(type).default(type),
  ...common,
});

/** By type: the settings of a channel. `type` is a key of each, so that they can be told apart. */
export const channelSettings = {
  slack: z.lazy(() => slack.settings.unwrap().safeExtend(typed('slack'))),
  email: z.lazy(() => email.settings.unwrap().safeExtend(typed('email'))),
  webhook: z.lazy(() => webhook.settings.unwrap().safeExtend(typed('webhook'))),
  alertmanager: z.lazy(() => alertmanager.settings.unwrap().safeExtend(typed('alertmanager'))),
  pagerduty: z.lazy(() => pagerduty.settings.unwrap().safeExtend(typed('pagerduty'))),
  stdout: z.lazy(() => stdout.settings.unwrap().safeExtend(typed('stdout'))),
} as const;

export type ChannelSettings = z.output<(typeof channelSettings)[keyof typeof channelSettings]>;

const CHANNELS = {
  slack: { deliver: slack.deliver, paceMs: slack.paceMs },
  email: { deliver: email.deliver },
  webhook: { deliver: webhook.deliver },
  alertmanager: { deliver: alertmanager.deliver, refresh: alertmanager.refresh },
  pagerduty: { deliver: pagerduty.deliver, itemsAtOnce: pagerduty.itemsAtOnce },
  stdout: { deliver: stdout.deliver },
} as const;

/** What a channel of this type does. */
export function channelOf({ type }: ChannelSettings): Channel<ChannelSettings> {
  // A channel and the settings of its type belong together; the compiler cannot follow the type through both.
  return CHANNELS[type] as unknown as Channel<ChannelSettings>;
}
