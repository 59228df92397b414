/** Webhooks and PagerDuty, against servers that keep what they get; stdout. */
import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { expect, test } from '@jest/globals';
import * as pagerduty from '../../../src/lib/alerts/channels/pagerduty.js';
import * as stdout from '../../../src/lib/alerts/channels/stdout.js';
import * as webhook from '../../../src/lib/alerts/channels/webhook.js';
import type { AlertEvent } from '../../../src/lib/alerts/event.js';
import { composeMessage, toItems } from '../../../src/lib/alerts/message/index.js';
import { alertEvent, channelContext } from '../../support/delivery.js';
import { serve } from '../../support/stub-server.js';

const messageOf = (...events: Partial<AlertEvent>[]) =>
  composeMessage(toItems(events.map((event) => alertEvent(event))));

async function listener(status = 202, answer = '') {
  const seen: { readonly headers: IncomingHttpHeaders; readonly text: string }[] = [];
  const url = await serve((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      seen.push({ headers: request.headers, text });
      response.writeHead(status).end(answer);
    });
  });
  return { url, seen, bodies: () => seen.map(({ text }) => JSON.parse(text)) };
}

test('a webhook: headers, a key that is the same for the same events, a signature over the very bytes', async () => {
  const { url, seen } = await listener();
  const settings = webhook.settings.parse({
    url: `${url}/in?a=1`,
    headers: { Authorization: 'Bearer s3cr3t' },
    secret: 'shared',
  });
  const message = messageOf({}, { rule: 'disk-full' });
  for (let time = 0; time < 2; time++)
    expect(await webhook.deliver(message, settings, channelContext().context)).toEqual({ outcome: 'delivered' });
  const [first, second] = seen;
  expect(first?.headers).toMatchObject({
    authorization: 'Bearer s3cr3t',
    'content-type': 'application/json',
    'idempotency-key': message.id,
  });
  expect(second?.headers['idempotency-key']).toBe(message.id);
  const timestamp = String(first?.headers['x-viktoria-ops-timestamp']);
  const digest = createHmac('sha256', 'shared').update(`${timestamp}.${first?.text}`).digest('hex');
  expect(first?.headers['x-viktoria-ops-signature']).toBe(`sha256=${digest}`);
  expect(JSON.parse(first?.text ?? '')).toMatchObject({
    version: 1,
    id: message.id,
    severity: 'warning',
    alerts: [
      { rule: 'disk-full', state: 'firing', events: [{ id: 'disk-full-1-firing' }] },
      { rule: 'slow-hooks', state: 'firing', events: [{ id: 'slow-hooks-1-firing' }] },
    ],
  });
});

test.each<[string, (response: ServerResponse) => void]>([
  [
    'has an encoding that there is not',
    (response) => response.writeHead(200, { 'content-encoding': 'utf-8' }).end('ok'),
  ],
  [
    'is none of the encoding it claims',
    (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('ok'),
  ],
  ['never ends', (response) => response.writeHead(200).write('o')],
])('a webhook received what it says it received, also where the body of its answer %s', async (_, answer) => {
  const url = await serve((request, response) => void request.resume().on('end', () => answer(response)));
  const settings = webhook.settings.parse({ url });
  const { context } = channelContext({ timeoutMs: 500 });
  expect(await webhook.deliver(messageOf({}), settings, context)).toEqual({ outcome: 'delivered' });
});

test('a header that HTTP does not allow is a fault of the configuration', async () => {
  const { url } = await listener();
  const settings = webhook.settings.parse({ url, headers: { 'x-a': 'a\r\nb: c' } });
  const outcome = await webhook.deliver(messageOf({}), settings, channelContext().context);
  expect(outcome).toMatchObject({ outcome: 'permanent', about: 'channel' });
  expect(JSON.stringify(outcome)).not.toContain('b: c');
});

test.each<[string, Partial<AlertEvent>[], string[]]>([
  ['firing', [{}], ['trigger']],
  ['a reminder', [{ kind: 'reminder' }], ['trigger']],
  ['resolved', [{ kind: 'resolved' }], ['resolve']],
  ['begun and ended unheard', [{}, { kind: 'resolved', at: '2026-11-25T11:00:00.000Z' }], ['trigger', 'resolve']],
  ['flapping', [{ kind: 'flapping-started' }], ['trigger']],
  ['no longer flapping', [{ kind: 'flapping-ended' }], ['resolve']],
])('PagerDuty: %s', async (_, events, actions) => {
  const { url, bodies } = await listener();
  const settings = pagerduty.settings.parse({ routingKey: 'k3y', url });
  expect(await pagerduty.deliver(messageOf(...events), settings, channelContext().context)).toEqual({
    outcome: 'delivered',
  });
  expect(bodies().map(({ event_action }) => event_action)).toEqual(actions);
  expect(new Set(bodies().map(({ dedup_key }) => dedup_key)).size).toBe(1);
  for (const body of bodies()) expect(body.routing_key).toBe('k3y');
});

test('PagerDuty: begin and end of a rule share a key, which no other rule, host or environment has', async () => {
  const { url, bodies } = await listener();
  const settings = pagerduty.settings.parse({ routingKey: 'k3y', url });
  const others: Partial<AlertEvent>[] = [
    {},
    { kind: 'resolved' },
    { rule: 'x' },
    { host: 'web-2' },
    { environment: 'staging' },
    { rule: 'y'.repeat(400) },
  ];
  for (const event of others) await pagerduty.deliver(messageOf(event), settings, channelContext().context);
  const keys: string[] = bodies().map(({ dedup_key }) => dedup_key);
  expect(keys[0]).toBe(keys[1]);
  expect(new Set(keys).size).toBe(5);
  expect(keys.filter((key) => key.length > 255)).toEqual([]);
  expect(bodies()[0]).toMatchObject({
    client: 'viktoria-ops',
    payload: {
      summary: expect.stringContaining('slow-hooks: hooks.averageExecutionTime is 612 ms'),
      source: 'web-1',
      severity: 'warning',
      timestamp: '2026-11-25T10:01:00.000Z',
      custom_details: { values: { 'hooks.averageExecutionTime': 612 }, ids: ['slow-hooks-1-firing'] },
    },
  });
});

test.each([
  [
    400,
    '{"status":"invalid event","errors":["Length of \'routing_key\' is incorrect"]}',
    { outcome: 'permanent', about: 'channel' },
  ],
  [400, '{"status":"invalid event","errors":["\'severity\' is wrong"]}', { outcome: 'permanent', about: 'message' }],
  [429, '', { outcome: 'passing' }],
  [500, '', { outcome: 'passing' }],
])('PagerDuty answers %d %s', async (status, answer, outcome) => {
  const { url } = await listener(status, answer);
  const settings = pagerduty.settings.parse({ routingKey: 'k3y', url });
  expect(await pagerduty.deliver(messageOf({}), settings, channelContext().context)).toMatchObject(outcome);
});

test('stdout: the lines of the message', async () => {
  const { context, lines } = channelContext();
  expect(await stdout.deliver(messageOf({}), {}, context)).toEqual({ outcome: 'delivered' });
  expect(lines[0]).toBe('[WARNING] slow-hooks · production · web-1');
  expect(lines.at(-1)).toContain('slow-hooks-1-firing');
});
