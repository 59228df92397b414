/**
 * Alertmanager, by its API v2. It forgets: an alert that is not sent again is over at its `endsAt`, and a restart loses
 * all. So each evaluation sends again what fires, and `endsAt` lies well behind the next one, as Prometheus does it.
 */
import * as z from 'zod';
import { HttpUrl, SecretText } from '../../config/text.js';
import { Duration } from '../../units.js';
import type { AlertEvent } from '../event.js';
import type { Message } from '../message/index.js';
import type { ChannelContext, DeliveryOutcome } from './channel.js';

export const settings = z.lazy(() =>
  z.strictObject({
    /** Its address; of a cluster, that of each member. */
    urls: z.array(HttpUrl).min(1),
    /** Sent with each request, such as `Authorization`; each value is kept secret. */
    headers: z
      .record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'expected the name of a header'), SecretText)
      .default({}),
    /** Added to the labels of each alert: alertname, severity, environment, instance. */
    labels: z.record(z.string().regex(/^[a-zA-Z_]\w*$/, 'expected the name of a label'), z.string()).default({}),
    /** Where an alert comes from, as its link in Alertmanager. Default: its runbook, where that is an address. */
    generatorUrl: HttpUrl.optional(),
    /** An alert is over if no evaluation has sent it again for so long. Four times the interval of `alerts check` is good. */
    expireAfter: Duration.prefault('1h'),
  }),
);
type Settings = z.output<typeof settings>;

export async function deliver(
  { items }: Message,
  settings: Settings,
  context: ChannelContext,
): Promise<DeliveryOutcome> {
  const { alertsOf, withoutOverlaps } = await import('./alertmanager-alerts.js');
  const now = context.now();
  const alerts = items.flatMap((item) => alertsOf(item, { settings, now, told: context.told[item.latest.rule] }));
  return tellEach(withoutOverlaps(alerts), settings, context);
}

/** Tells again what fires: each alert lives for another `expireAfter`. */
export async function refresh(
  firing: readonly AlertEvent[],
  settings: Settings,
  context: ChannelContext,
): Promise<DeliveryOutcome> {
  const { composeMessage, toItems } = await import('../message/index.js');
  return deliver(composeMessage(toItems(firing)), settings, context);
}

/** The members of a cluster tell each other nothing of alerts, so each is told; one that knows is enough. */
async function tellEach(
  alerts: readonly unknown[],
  { urls, headers }: Settings,
  context: ChannelContext,
): Promise<DeliveryOutcome> {
  const { post } = await import('./http.js');
  const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.reveal()]));
  const told = urls.map((url) =>
    post({ url: `${url.replace(/\/$/, '')}/api/v2/alerts`, body: alerts, headers: own }, context),
  );
  const outcomes = await Promise.all(told);
  const failed = outcomes.filter((outcome) => outcome.outcome !== 'delivered');
  const [first] = failed;
  if (first === undefined) return { outcome: 'delivered' };
  if (failed.length < outcomes.length)
    return { outcome: 'delivered', remark: failed.map(({ reason }) => reason).join('; ') };
  return failed.find(({ outcome }) => outcome === 'passing') ?? first;
}
