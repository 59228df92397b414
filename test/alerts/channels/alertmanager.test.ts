/** Against a real Alertmanager: what it takes for firing, what for over, and whom it tells. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import * as alertmanager from '../../../src/lib/alerts/channels/alertmanager.js';
import { alertsOf } from '../../../src/lib/alerts/channels/alertmanager-alerts.js';
import type { AlertEvent } from '../../../src/lib/alerts/event.js';
import { composeMessage, toItems } from '../../../src/lib/alerts/message/index.js';
import { startAlertmanager } from '../../support/alertmanager.js';
import { alertEvent, channelContext, channelsOf, createOutbox } from '../../support/delivery.js';
import { get } from '../../support/monitoring.js';
import { temporaryDirectory } from '../../support/run.js';
import type { Service } from '../../support/service.js';
import { serve } from '../../support/stub-server.js';

interface Told {
  readonly alertname: string;
  readonly severity: string;
  readonly status: string;
}

let manager: Service;
const told: Told[] = [];
const receiver = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', () => {
    for (const { labels, status } of JSON.parse(text).alerts)
      told.push({ alertname: labels.alertname, severity: labels.severity, status });
    response.end();
  });
});
beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  manager = await startAlertmanager(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`);
});
afterAll(async () => {
  await manager.stop();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

let rule = '';
let number = 0;
beforeEach(() => {
  rule = `rule-${++number}`;
});

const context = () => channelContext({ now: () => new Date() }).context;
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

function send(
  events: readonly Partial<AlertEvent>[],
  settings: object = {},
  told: Readonly<Record<string, AlertEvent>> = {},
) {
  const parsed = alertmanager.settings.parse({ urls: [manager.url], ...settings });
  const complete = events.map((event) => alertEvent({ rule, at: ago(0), since: ago(5), ...event }));
  return alertmanager.deliver(composeMessage(toItems(complete)), parsed, { ...context(), told });
}

interface Active {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly endsAt: string;
  readonly startsAt: string;
  readonly generatorURL: string;
}

const active = async (name = rule): Promise<readonly Active[]> =>
  JSON.parse((await get(`${manager.url}/api/v2/alerts?filter=${encodeURIComponent(`alertname="${name}"`)}`)).body);

/** What was told of this rule, once it is so much. */
async function toldOf(count: number): Promise<readonly string[]> {
  const found = () =>
    told.filter(({ alertname }) => alertname === rule).map(({ severity, status }) => `${severity} ${status}`);
  for (let attempt = 0; attempt < 200 && found().length < count; attempt++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  return found();
}

test('begins, is told, ends, is told', async () => {
  expect(await send([{ runbook: 'https://ops.example/slow' }], { labels: { team: 'web' } })).toEqual({
    outcome: 'delivered',
  });
  expect(await active()).toEqual([
    expect.objectContaining({
      labels: { alertname: rule, severity: 'warning', environment: 'production', instance: 'web-1', team: 'web' },
      annotations: expect.objectContaining({
        summary: expect.stringContaining('612 ms'),
        event_id: `${rule}-1-firing`,
      }),
      generatorURL: 'https://ops.example/slow',
    }),
  ]);
  expect(await toldOf(1)).toEqual(['warning firing']);
  expect(await send([{ kind: 'resolved' }], { labels: { team: 'web' } })).toEqual({ outcome: 'delivered' });
  expect(await toldOf(2)).toEqual(['warning firing', 'warning resolved']);
  expect(await active()).toEqual([]);
});

test('an escalation ends the milder alert; the end ends both and invents nothing', async () => {
  const outbox = createOutbox(temporaryDirectory());
  const channels = channelsOf({ alertmanager: { urls: [manager.url] } });
  const tell = async (event: Partial<AlertEvent>) => {
    outbox.setClock(ago(0));
    await outbox.enqueue(['alertmanager', alertEvent({ rule, at: ago(0), since: ago(5), ...event })]);
    await outbox.deliver(channels);
  };
  await tell({});
  await toldOf(1);
  await tell({ kind: 'escalated', severity: 'critical' });
  expect((await active()).map(({ labels }) => labels.severity)).toEqual(['critical']);
  await toldOf(3);
  await tell({ kind: 'resolved', severity: 'critical' });
  expect((await toldOf(4)).toSorted()).toEqual([
    'critical firing',
    'critical resolved',
    'warning firing',
    'warning resolved',
  ]);
  expect(await active()).toEqual([]);
});

test('what was over before it could be told is told all the same', async () => {
  await send([{}, { kind: 'resolved' }]);
  expect(await toldOf(1)).toEqual(['warning firing']);
  const [alert] = await active();
  expect(Date.parse(alert?.endsAt ?? '')).toBeLessThan(Date.now() + 301_000);
});

test('what ended and fires again, both told at once, fires; and goes on to be prolonged', async () => {
  const outbox = createOutbox(temporaryDirectory());
  const channels = channelsOf({ alertmanager: { urls: [manager.url], expireAfter: '10m' } });
  outbox.setClock(ago(0));
  await outbox.enqueue(['alertmanager', alertEvent({ rule, at: ago(9), since: ago(9) })]);
  await outbox.deliver(channels);
  await outbox.enqueue(
    ['alertmanager', alertEvent({ rule, kind: 'resolved', at: ago(5), since: ago(9) })],
    ['alertmanager', alertEvent({ rule, episode: 2, at: ago(1), since: ago(1) })],
  );
  await outbox.deliver(channels);
  const [first, ...others] = await active();
  expect([first?.annotations.event_id, others]).toEqual([`${rule}-2-firing`, []]);
  outbox.wait(60_000);
  await outbox.deliver(channels, { standing: new Set([rule]) });
  const [second] = await active();
  expect(Date.parse(second?.endsAt ?? '') - Date.parse(first?.endsAt ?? '')).toBe(60_000);
});

test('each evaluation prolongs what fires; one that is over by the engine’s word ends by itself', async () => {
  const outbox = createOutbox(temporaryDirectory());
  const channels = channelsOf({ alertmanager: { urls: [manager.url], expireAfter: '10m' } });
  outbox.setClock(ago(0));
  await outbox.enqueue(['alertmanager', alertEvent({ rule, at: ago(0), since: ago(5) })]);
  await outbox.deliver(channels);
  const [first] = await active();
  outbox.wait(60_000);
  await outbox.deliver(channels, { standing: new Set([rule]) });
  const [second] = await active();
  expect(Date.parse(second?.endsAt ?? '') - Date.parse(first?.endsAt ?? '')).toBe(60_000);
  expect(second?.startsAt).toBe(first?.startsAt);
  outbox.wait(60_000);
  await outbox.deliver(channels, { standing: new Set() });
  await outbox.deliver(channels);
  expect((await active())[0]?.endsAt).toBe(second?.endsAt);
});

test('a channel that is down stays an alert, however long, until it takes messages again', async () => {
  const answer = { status: 404 };
  const url = await serve((_, response) => response.writeHead(answer.status).end());
  const outbox = createOutbox(temporaryDirectory());
  const channels = channelsOf({ [rule]: { type: 'webhook', url }, alertmanager: { urls: [manager.url] } });
  const down = async () => (await active(`channel-${rule}-down`))[0];
  outbox.setClock(ago(0));
  await outbox.enqueue([rule, alertEvent({ rule, at: ago(0), since: ago(5) })]);
  await outbox.deliver(channels, { standing: new Set([rule]) });
  const first = await down();
  outbox.wait(60_000);
  await outbox.deliver(channels, { standing: new Set([rule]) });
  expect(Date.parse((await down())?.endsAt ?? '') - Date.parse(first?.endsAt ?? '')).toBe(60_000);
  answer.status = 200;
  outbox.setClock(ago(0));
  await outbox.enqueue([rule, alertEvent({ rule, kind: 'reminder', at: ago(0), since: ago(5) })]);
  await outbox.deliver(channels, { standing: new Set([rule]) });
  expect(await down()).toBeUndefined();
});

test('a restart forgets everything, and the next evaluation tells it again', async () => {
  const fresh = await startAlertmanager('http://127.0.0.1:9/');
  try {
    const parsed = alertmanager.settings.parse({ urls: [fresh.url] });
    expect(await alertmanager.refresh([alertEvent({ rule, at: ago(0), since: ago(5) })], parsed, context())).toEqual({
      outcome: 'delivered',
    });
    expect(JSON.parse((await get(`${fresh.url}/api/v2/alerts`)).body)).toHaveLength(1);
  } finally {
    await fresh.stop();
  }
});

test('of a cluster, one member that takes it is enough; the others are named', async () => {
  expect(await send([{}], { urls: ['http://127.0.0.1:9', manager.url] })).toEqual({
    outcome: 'delivered',
    remark: expect.stringContaining('127.0.0.1:9 refused the connection'),
  });
  expect(await send([{}], { urls: ['http://127.0.0.1:9'] })).toMatchObject({ outcome: 'passing' });
});

test('values of any kind are labels and annotations, no more', async () => {
  expect(await send([{ summary: '"}\n\u202e{{ .Labels }}', host: 'web "1"\\' }])).toEqual({ outcome: 'delivered' });
  expect(await active()).toHaveLength(1);
});

describe('refusals', () => {
  test.each([
    [400, { outcome: 'permanent', about: 'message' }],
    [401, { outcome: 'permanent', about: 'channel' }],
    [404, { outcome: 'permanent', about: 'channel' }],
    [500, { outcome: 'passing' }],
  ])('%d', async (status, outcome) => {
    const url = await serve((_, response) => response.writeHead(status).end());
    expect(await send([{}], { urls: [url] })).toMatchObject(outcome);
  });
});

test('no alert ends before it begins, whatever the clock says', () => {
  const [item] = toItems([alertEvent({ kind: 'resolved', since: '2026-11-25T12:00:00.000Z' })]);
  if (item === undefined) throw new Error('no item');
  const settings = { labels: {}, expireAfter: 1 };
  const alerts = alertsOf(item, { settings, now: new Date('2026-11-25T10:00:00.000Z'), told: undefined });
  expect(alerts).toHaveLength(1);
  for (const { startsAt, endsAt } of alerts) expect(endsAt >= startsAt).toBe(true);
});
