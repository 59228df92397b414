/** A JSON document to any address: for programs of the operator's own. */
import { createHmac } from 'node:crypto';
import * as z from 'zod';
import { SecretHttpUrl, SecretText } from '../../config/text.js';
import type { Message } from '../message/index.js';
import type { ChannelContext, DeliveryOutcome } from './channel.js';
import { post } from './http.js';

export const settings = z.lazy(() =>
  z.strictObject({
    /** Where to post; any answer of 200 to 299 is taken for "received". */
    url: SecretHttpUrl,
    /** Sent with each request, such as `Authorization`; each value is kept secret. */
    headers: z
      .record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'expected the name of a header'), SecretText)
      .default({}),
    /** Signs each request: `x-viktoria-ops-signature: sha256=…` is the HMAC of `<x-viktoria-ops-timestamp>.<body>`. */
    secret: SecretText.optional(),
  }),
);
type Settings = z.output<typeof settings>;

export function deliver(
  message: Message,
  { url, headers, secret }: Settings,
  context: ChannelContext,
): Promise<DeliveryOutcome> {
  const body = JSON.stringify(documentOf(message));
  const own = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.reveal()]);
  const signed = secret === undefined ? {} : signatureOf(body, secret.reveal(), context.now());
  const all = { ...Object.fromEntries(own), 'idempotency-key': message.id, ...signed };
  return post({ url: url.reveal(), body, headers: all }, context);
}

/** `id` is the same for the same events; so is that of each event, however often and in whatever company it comes. */
const documentOf = ({ id, title, severity, items, remarks }: Message) => ({
  version: 1,
  id,
  title,
  severity,
  alerts: items.map(({ state, severity: worst, latest, events }) => ({
    rule: latest.rule,
    episode: latest.episode,
    state,
    severity: worst,
    events,
  })),
  remarks,
});

function signatureOf(body: string, secret: string, now: Date): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const digest = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-viktoria-ops-timestamp': timestamp, 'x-viktoria-ops-signature': `sha256=${digest}` };
}
