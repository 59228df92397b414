/** The channels of alerts: a record of names, each of a type; see `src/lib/alerts/channels`. */
import * as z from 'zod';
import { channelSettings } from '../alerts/channels/index.js';

const { slack, email, webhook, alertmanager, pagerduty, stdout } = channelSettings;

const TYPES = Object.keys(channelSettings).join(', ');

/** Where a name is that of a type, the type may be left out: the guide's shape. */
export const AlertChannels = z.lazy(() =>
  z
    .object({
      slack: slack.optional(),
      email: email.optional(),
      webhook: webhook.optional(),
      alertmanager: alertmanager.optional(),
      pagerduty: pagerduty.optional(),
      stdout: stdout.optional(),
    })
    .catchall(
      z.discriminatedUnion('type', [slack, email, webhook, alertmanager, pagerduty, stdout], {
        error: `a channel of another name than its type needs a "type": one of ${TYPES}`,
      }),
    )
    .superRefine((channels, context) => {
      for (const [name, channel] of Object.entries(channels)) {
        if (!NAME.test(name)) context.addIssue({ code: 'custom', path: [name], message: 'not a valid name' });
        const message = faultOf(channel?.fallback, name, channels);
        if (message !== undefined) context.addIssue({ code: 'custom', path: [name, 'fallback'], message });
      }
    }),
);

/** Also the name of a file. */
const NAME = /^[a-z][a-z0-9_-]{0,60}$/i;

function faultOf(fallback: string | undefined, name: string, channels: object): string | undefined {
  if (fallback === undefined || (fallback !== name && Object.hasOwn(channels, fallback))) return undefined;
  return fallback === name ? 'a channel cannot stand in for itself' : `there is no channel "${fallback}"`;
}
