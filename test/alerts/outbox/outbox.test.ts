import { mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { judgeDelivery, reviveDeadLetters, storedNotifications } from '../../../src/lib/alerts/outbox/index.js';
import { alertEvent, channelsOf, createOutbox } from '../../support/delivery.js';
import { temporaryDirectory } from '../../support/run.js';
import { serve } from '../../support/stub-server.js';

const directory = temporaryDirectory();

interface Received {
  readonly id: string;
  readonly title: string;
  readonly alerts: readonly {
    readonly rule: string;
    readonly state: string;
    readonly events: readonly { readonly id: string }[];
  }[];
  readonly remarks: readonly string[];
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A webhook that counts; it answers as told at the moment, by path. */
async function receiver() {
  const messages: (Received & { readonly path: string })[] = [];
  const answers = new Map<string, Answer>();
  let requests = 0;
  const url = await serve((request, response) => {
    requests++;
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const path = request.url ?? '';
      const answer = answers.get(path);
      if (answer) return answer(response, request);
      messages.push({ path, ...JSON.parse(text) });
      response.end();
    });
  });
  return {
    url,
    messages,
    answers,
    requests: () => requests,
    at: (path: string) => messages.filter((message) => message.path === path),
    idsAt: (path: string) => messages.filter((message) => message.path === path).flatMap(idsIn),
  };
}

const idsIn = ({ alerts }: Received) => alerts.flatMap(({ events }) => events.map(({ id }) => id));
const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end();

const webhooks = (url: string, ...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, { type: 'webhook', url: `${url}/${name}` }]));

test('what is enqueued is told once, as one message, and leaves a line in the ledger', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  const channels = channelsOf(webhooks(hook.url, 'ops'));
  const [slow, down] = [alertEvent(), alertEvent({ rule: 'application-down', severity: 'critical' })];
  expect(await outbox.enqueue(['ops', slow], ['ops', down])).toEqual([]);
  const report = await outbox.deliver(channels);
  expect(report).toMatchObject({ delivered: 2, pending: 0, dead: 0, dropped: 0, corrupt: [] });
  expect(judgeDelivery(report)).toEqual([]);
  expect(hook.messages).toHaveLength(1);
  expect(hook.messages[0]?.alerts.map(({ rule }) => rule)).toEqual(['application-down', 'slow-hooks']);
  const ledger = (await readFile(join(outbox.state, 'alerts/delivered.jsonl'), 'utf8')).trim().split('\n');
  expect(ledger.map((line) => JSON.parse(line))).toEqual(
    [down, slow].map(({ id }) => expect.objectContaining({ channel: 'ops', id, outcome: 'delivered' })),
  );
  expect(await outbox.deliver(channels)).toMatchObject({ delivered: 0, pending: 0 });
  expect(hook.requests()).toBe(1);
});

test('the files are private, and the same event is the same file', async () => {
  const outbox = createOutbox(directory);
  await outbox.enqueue(['ops', alertEvent()]);
  await outbox.enqueue(['ops', alertEvent({ values: { 'hooks.averageExecutionTime': 700 } })]);
  const folder = join(outbox.state, 'alerts/outbox/ops');
  expect(await readdir(folder)).toEqual(['slow-hooks-1-firing.json']);
  expect((await stat(join(folder, 'slow-hooks-1-firing.json'))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
});

test('begin, reminder and end that nobody heard of become one line', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  const channels = channelsOf(webhooks(hook.url, 'ops'));
  hook.answers.set('/ops', status(503));
  await outbox.enqueue(['ops', alertEvent()]);
  await outbox.deliver(channels);
  outbox.wait(300_000);
  await outbox.enqueue([
    'ops',
    alertEvent({ kind: 'reminder', id: 'slow-hooks-1-reminder-1', at: '2026-11-25T10:05:00.000Z' }),
  ]);
  await outbox.deliver(channels);
  outbox.wait(240_000);
  await outbox.enqueue(['ops', alertEvent({ kind: 'resolved', at: '2026-11-25T10:09:00.000Z' })]);
  hook.answers.clear();
  outbox.wait(300_000);
  await outbox.deliver(channels);
  expect(hook.messages).toHaveLength(1);
  expect(hook.messages[0]?.alerts).toEqual([expect.objectContaining({ rule: 'slow-hooks', state: 'passed' })]);
  expect(hook.idsAt('/ops')).toEqual(['slow-hooks-1-firing', 'slow-hooks-1-reminder-1', 'slow-hooks-1-resolved']);
});

test('an hour of 429: few attempts, as Retry-After says, then everything in one message', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  const channels = channelsOf(webhooks(hook.url, 'ops'));
  hook.answers.set('/ops', status(429, { 'retry-after': '90' }));
  for (let minute = 0; minute < 60; minute++) {
    await outbox.enqueue(['ops', alertEvent({ episode: minute + 1 })]);
    expect(await outbox.deliver(channels)).toMatchObject({ pending: minute + 1, dead: 0 });
    outbox.wait(60_000);
  }
  expect(hook.requests()).toBeLessThanOrEqual(40);
  hook.answers.clear();
  outbox.wait(90_000);
  expect(await outbox.deliver(channels)).toMatchObject({ delivered: 60, pending: 0 });
  expect(hook.idsAt('/ops')).toHaveLength(60);
});

test('within one run a passing failure is tried again after growing waits, a few times', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  const waits: number[] = [];
  hook.answers.set('/ops', status(500));
  await outbox.enqueue(['ops', alertEvent()]);
  const pause = async (milliseconds: number) => {
    waits.push(milliseconds);
    outbox.wait(milliseconds);
  };
  const report = await outbox.deliver(channelsOf(webhooks(hook.url, 'ops')), { pause });
  expect(waits).toEqual([0, 1_000, 2_000, 4_000]);
  expect(report.channels[0]).toMatchObject({
    status: 'failing',
    pending: 1,
    lastError: 'answered 500',
    nextAttemptAt: expect.any(String),
  });
  expect(judgeDelivery(report)).toEqual([expect.objectContaining({ code: 'VOPS-ALERTS-PENDING', severity: 'error' })]);
});

test('the budget ends a run before its attempts do', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  hook.answers.set('/ops', status(500));
  await outbox.enqueue(['ops', alertEvent()]);
  await outbox.deliver(channelsOf(webhooks(hook.url, 'ops')), { budgetMs: 1_500 });
  expect(hook.requests()).toBe(2);
});

test('both channels down for a day, a run every half hour: nothing is lost, each tells of the other, and recovers', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  const channels = channelsOf(webhooks(hook.url, 'ops', 'dev'));
  for (const path of ['/ops', '/dev']) hook.answers.set(path, status(503));
  const sent: string[] = [];
  for (let run = 0; run < 48; run++) {
    const kind = run % 2 === 0 ? 'firing' : 'resolved';
    const event = alertEvent({ kind, episode: Math.floor(run / 2) + 1, at: outbox.now() });
    sent.push(event.id);
    await outbox.enqueue(['ops', event], ['dev', event]);
    await outbox.deliver(channels);
    outbox.wait(1_800_000);
  }
  hook.answers.clear();
  const report = await outbox.deliver(channels);
  expect(report).toMatchObject({ pending: 0, dead: 0, dropped: 0 });
  for (const path of ['/ops', '/dev']) {
    const ids = hook.idsAt(path);
    expect(ids.filter((id) => !id.startsWith('channel-')).sort()).toEqual(sent.toSorted());
    const other = path === '/ops' ? 'dev' : 'ops';
    expect(ids.filter((id) => id.startsWith('channel-')).map((id) => id.replace(/\d{6,}/, 'N'))).toEqual([
      `channel-${other}-down-N-firing`,
      `channel-${other}-down-N-resolved`,
    ]);
    expect(hook.at(path).length).toBeLessThanOrEqual(3);
  }
}, 120_000);

describe('a channel that is down', () => {
  test('for ten minutes is an alert on the others, once, and its recovery too', async () => {
    const hook = await receiver();
    const outbox = createOutbox(directory);
    const channels = channelsOf(webhooks(hook.url, 'ops', 'dev'));
    hook.answers.set('/ops', status(503));
    await outbox.enqueue(['ops', alertEvent()]);
    for (let minute = 0; minute < 30; minute++) {
      await outbox.deliver(channels);
      if (minute === 8) expect(hook.at('/dev')).toEqual([]);
      outbox.wait(60_000);
    }
    expect(hook.at('/dev').map(({ title }) => title)).toEqual([expect.stringContaining('[CRITICAL] channel-ops-down')]);
    hook.answers.clear();
    outbox.wait(300_000);
    await outbox.deliver(channels);
    expect(hook.at('/dev').map(({ alerts }) => alerts[0]?.state)).toEqual(['firing', 'resolved']);
    expect(hook.idsAt('/ops')).toEqual(['slow-hooks-1-firing']);
  });

  test('is none that refused one message, and was given no other since', async () => {
    const hook = await receiver();
    const outbox = createOutbox(directory);
    const channels = channelsOf(webhooks(hook.url, 'ops', 'dev'));
    hook.answers.set('/ops', status(400));
    await outbox.enqueue(['ops', alertEvent()]);
    expect(await outbox.deliver(channels)).toMatchObject({ dead: 1, pending: 0 });
    hook.answers.clear();
    for (let minute = 0; minute < 30; minute++) {
      outbox.wait(60_000);
      await outbox.deliver(channels);
    }
    expect(hook.at('/dev')).toEqual([]);
    // One that refuses whatever it is given is.
    hook.answers.set('/ops', status(400));
    await outbox.enqueue(['ops', alertEvent({ episode: 2 })]);
    await outbox.deliver(channels);
    outbox.wait(60_000);
    await outbox.deliver(channels);
    expect(hook.at('/dev').map(({ alerts }) => alerts[0]?.state)).toEqual(['firing']);
    hook.answers.clear();
    await outbox.enqueue(['ops', alertEvent({ episode: 3 })]);
    await outbox.deliver(channels);
    expect(hook.at('/dev').map(({ alerts }) => alerts[0]?.state)).toEqual(['firing', 'resolved']);
  });

  test('for good is one at once; its events go to the fallback, then to the dead letters, and can come back', async () => {
    const hook = await receiver();
    const outbox = createOutbox(directory);
    const { ops, dev } = webhooks(hook.url, 'ops', 'dev');
    const channels = channelsOf({ ops: { ...ops, fallback: 'dev' }, dev });
    hook.answers.set('/ops', status(404));
    await outbox.enqueue(['ops', alertEvent()], ['ops', alertEvent({ rule: 'disk-full' })]);
    const report = await outbox.deliver(channels);
    expect(report).toMatchObject({ dead: 2, pending: 0 });
    expect(judgeDelivery(report).map(({ code }) => code)).toEqual(['VOPS-ALERTS-DEAD']);
    expect(
      hook
        .idsAt('/dev')
        .map((id) => id.replace(/\d{6,}/, 'N'))
        .sort(),
    ).toEqual(['channel-ops-down-N-firing', 'disk-full-1-firing', 'slow-hooks-1-firing']);
    expect(hook.at('/dev').flatMap(({ remarks }) => remarks)).toContain('sent here because ops did not take it');
    expect((await readdir(join(outbox.state, 'alerts/dead/ops'))).sort()).toEqual([
      'disk-full-1-firing.json',
      'slow-hooks-1-firing.json',
    ]);
    expect(hook.requests()).toBe(2);

    hook.answers.clear();
    outbox.wait(60_000);
    const log = { warn: () => undefined, info: () => undefined, debug: () => undefined };
    expect(await reviveDeadLetters({ ...outbox.context, log }, 'ops', () => undefined)).toBe(2);
    await outbox.deliver(channels);
    expect(hook.idsAt('/ops').sort()).toEqual(['disk-full-1-firing', 'slow-hooks-1-firing']);
    expect(await readdir(join(outbox.state, 'alerts/dead/ops'))).toEqual([]);
  });

  test('and leaves the configuration is none any more, for those who know', async () => {
    const hook = await receiver();
    const outbox = createOutbox(directory);
    const { ops, dev } = webhooks(hook.url, 'ops', 'dev');
    const told = () => hook.idsAt('/dev').map((id) => id.replace(/\d{6,}/, 'N'));
    hook.answers.set('/ops', status(404));
    await outbox.enqueue(['ops', alertEvent()]);
    await outbox.deliver(channelsOf({ ops, dev }));
    for (let run = 0; run < 2; run++) await outbox.deliver(channelsOf({ dev }));
    expect(told()).toEqual(['channel-ops-down-N-firing', 'channel-ops-down-N-resolved']);
    await outbox.deliver(channelsOf({ ops, dev }));
    expect(told()).toHaveLength(2);
  });

  test('for long hands what waits to its fallback, once, and tells it itself later', async () => {
    const hook = await receiver();
    const outbox = createOutbox(directory);
    const { ops, dev } = webhooks(hook.url, 'ops', 'dev');
    const channels = channelsOf({ ops: { ...ops, fallback: 'dev' }, dev });
    hook.answers.set('/ops', status(503));
    await outbox.enqueue(['ops', alertEvent()]);
    for (let minute = 0; minute < 20; minute++) {
      await outbox.deliver(channels);
      outbox.wait(60_000);
    }
    await outbox.enqueue(['ops', alertEvent({ episode: 2 })]);
    await outbox.deliver(channels);
    const ofTheRule = () => hook.idsAt('/dev').filter((id) => id.startsWith('slow-hooks'));
    expect(ofTheRule()).toEqual(['slow-hooks-1-firing', 'slow-hooks-2-firing']);
    hook.answers.clear();
    outbox.wait(300_000);
    await outbox.deliver(channels);
    expect(hook.idsAt('/ops')).toEqual(['slow-hooks-1-firing', 'slow-hooks-2-firing']);
    expect(ofTheRule()).toHaveLength(2);
  });

  test('hands what waits to a fallback that it is given only then', async () => {
    const hook = await receiver();
    const outbox = createOutbox(directory);
    const { ops, dev } = webhooks(hook.url, 'ops', 'dev');
    hook.answers.set('/ops', status(503));
    await outbox.enqueue(['ops', alertEvent()]);
    for (let minute = 0; minute < 20; minute++) {
      await outbox.deliver(channelsOf({ ops, dev }));
      outbox.wait(60_000);
    }
    await outbox.deliver(channelsOf({ ops: { ...ops, fallback: 'dev' }, dev }));
    expect(hook.idsAt('/dev')).toContain('slow-hooks-1-firing');
  });

  test('in a ring of fallbacks nothing goes round', async () => {
    const hook = await receiver();
    const outbox = createOutbox(directory);
    const { ops, dev } = webhooks(hook.url, 'ops', 'dev');
    const channels = channelsOf({ ops: { ...ops, fallback: 'dev' }, dev: { ...dev, fallback: 'ops' } });
    for (const path of ['/ops', '/dev']) hook.answers.set(path, status(410));
    await outbox.enqueue(['ops', alertEvent()], ['dev', alertEvent()]);
    for (let run = 0; run < 5; run++) await outbox.deliver(channels);
    expect(hook.requests()).toBeLessThan(12);
    expect(await outbox.deliver(channels)).toMatchObject({ pending: 0 });
  });
});

test('one event that is refused does not take the others with it', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  const channels = channelsOf(webhooks(hook.url, 'ops'));
  const told: string[] = [];
  const url = await serve((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const ids = idsIn(JSON.parse(text));
      if (ids.includes('poison-1-firing')) return response.writeHead(400).end();
      told.push(...ids);
      response.end();
    });
  });
  const events = Array.from({ length: 9 }, (_, index) =>
    alertEvent({ rule: index === 4 ? 'poison' : `rule-${index}` }),
  );
  await outbox.enqueue(...events.map((event) => ['ops', event] as const));
  const report = await outbox.deliver({ ...channels, ...channelsOf({ ops: { type: 'webhook', url } }) });
  expect(report).toMatchObject({ delivered: 8, dead: 1, pending: 0 });
  expect(told).toHaveLength(8);
  expect(await readdir(join(outbox.state, 'alerts/dead/ops'))).toEqual(['poison-1-firing.json']);
});

test('an Alertmanager that refused something hears again what fires, once it is in order', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  const channels = channelsOf({ alertmanager: { urls: [hook.url] } });
  const alerts: string[] = [];
  const path = '/api/v2/alerts';
  hook.answers.set(path, (response) => response.end(String(alerts.push('told'))));
  await outbox.enqueue(['alertmanager', alertEvent()]);
  await outbox.deliver(channels);
  hook.answers.set(path, status(401));
  await outbox.enqueue(['alertmanager', alertEvent({ rule: 'disk-full' })]);
  await outbox.deliver(channels);
  hook.answers.set(path, (response) => response.end(String(alerts.push('refreshed'))));
  outbox.wait(60_000);
  await outbox.deliver(channels);
  expect(alerts.at(-1)).toBe('refreshed');
});

test('a receiver that refuses each event is not stormed', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  hook.answers.set('/ops', status(400));
  const events = Array.from({ length: 64 }, (_, index) => alertEvent({ rule: `rule-${index}` }));
  await outbox.enqueue(...events.map((event) => ['ops', event] as const));
  const report = await outbox.deliver(channelsOf(webhooks(hook.url, 'ops')));
  expect(report).toMatchObject({ dead: 4, pending: 60 });
  expect(hook.requests()).toBeLessThanOrEqual(4 * 7);
});

test('a corrupt entry is moved aside and named; the others are told; leftovers of a killed write vanish', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  const folder = join(outbox.state, 'alerts/outbox/ops');
  await outbox.enqueue(['ops', alertEvent()]);
  await writeFile(join(folder, 'half-1-firing.json'), '{"version":1,"chan');
  await writeFile(join(folder, 'empty-1-firing.json'), '');
  await writeFile(join(folder, 'x.json.0123456789ab.partial'), '{');
  await mkdir(join(folder, 'directory.json'));
  await mkdir(join(outbox.state, 'alerts/channels'), { recursive: true });
  await writeFile(join(outbox.state, 'alerts/channels/ops.json'), 'no state');
  const report = await outbox.deliver(channelsOf(webhooks(hook.url, 'ops')));
  expect(report).toMatchObject({ delivered: 1, pending: 0 });
  expect(report.corrupt).toHaveLength(4);
  expect(await readdir(folder)).toEqual([]);
  expect((await readdir(join(outbox.state, 'alerts/corrupt'))).sort()).toEqual([
    'channels-ops.json',
    'ops-directory.json',
    'ops-empty-1-firing.json',
    'ops-half-1-firing.json',
  ]);
  expect(judgeDelivery(report).map(({ code }) => code)).toEqual(Array(4).fill('VOPS-ALERTS-CORRUPT'));
});

test('what lies in the outbox and is no queue holds up nothing; what must not be read is told in words', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  await outbox.enqueue(['ops', alertEvent()]);
  await writeFile(join(outbox.state, 'alerts/outbox/notes.txt'), 'mind the gap');
  expect(await storedNotifications(outbox.state)).toHaveLength(1);
  const report = await outbox.deliver(channelsOf(webhooks(hook.url, 'ops')));
  expect(report.channels.map(({ channel, delivered }) => [channel, delivered])).toEqual([['ops', 1]]);
  await symlink('loop', join(outbox.state, 'alerts/outbox/loop'));
  await expect(storedNotifications(outbox.state)).rejects.toMatchObject({ code: 'VOPS-FILE' });
});

test('a clock that steps back neither freezes a channel nor loses an entry', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  const channels = channelsOf(webhooks(hook.url, 'ops'));
  hook.answers.set('/ops', status(429, { 'retry-after': '3000' }));
  await outbox.enqueue(['ops', alertEvent()]);
  await outbox.deliver(channels);
  outbox.setClock('2026-11-24T08:00:00.000Z');
  hook.answers.clear();
  expect(await outbox.deliver(channels)).toMatchObject({ delivered: 1, pending: 0 });
});

test('what is older than a week is given up', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  const channels = channelsOf(webhooks(hook.url, 'dev'));
  hook.answers.set('/dev', status(503));
  await outbox.enqueue(['dev', alertEvent()]);
  await outbox.deliver(channels);
  outbox.wait(8 * 86_400_000);
  expect(await outbox.deliver(channels)).toMatchObject({ dead: 1, pending: 0 });
});

test('with sendResolved off an end is not told; what was over before its begin could be told is no alert that fires', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  const { ops } = webhooks(hook.url, 'ops');
  const channels = channelsOf({ ops: { ...ops, sendResolved: false } });
  for (const event of [alertEvent(), alertEvent({ kind: 'resolved' })]) {
    await outbox.enqueue(['ops', event]);
    await outbox.deliver(channels);
  }
  await outbox.enqueue(
    ['ops', alertEvent({ episode: 2 })],
    ['ops', alertEvent({ episode: 2, kind: 'resolved', at: '2026-11-25T10:02:00.000Z' })],
  );
  await outbox.deliver(channels);
  expect(hook.messages.flatMap(({ alerts }) => alerts.map(({ state }) => state))).toEqual(['firing', 'passed']);
});

test('entries that were moved to the directory of a channel are its own, and told once', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  await outbox.enqueue(['ops', alertEvent()]);
  const folder = join(outbox.state, 'alerts/outbox');
  await rename(join(folder, 'ops'), join(folder, 'dev'));
  expect(await storedNotifications(outbox.state)).toMatchObject([{ channel: 'dev' }]);
  await outbox.deliver(channelsOf(webhooks(hook.url, 'dev')));
  expect(hook.idsAt('/dev')).toEqual(['slow-hooks-1-firing']);
  expect(await storedNotifications(outbox.state)).toEqual([]);
});

test('entries of a channel that is configured no more are kept as dead letters, visibly', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  await outbox.enqueue(['old', alertEvent()]);
  const report = await outbox.deliver(channelsOf(webhooks(hook.url, 'ops')));
  expect(report.channels.find(({ channel }) => channel === 'old')).toMatchObject({ dead: 1, pending: 0 });
  expect(await readdir(join(outbox.state, 'alerts/dead/old'))).toEqual(['slow-hooks-1-firing.json']);
  expect((await outbox.deliver(channelsOf(webhooks(hook.url, 'ops')))).channels.map(({ channel }) => channel)).toEqual([
    'ops',
  ]);
});

test('1,000 alerts at once: a few messages, every id in one of them', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  const events = Array.from({ length: 1_000 }, (_, index) => alertEvent({ rule: `rule-${index}` }));
  await outbox.enqueue(...events.map((event) => ['ops', event] as const));
  expect(await outbox.deliver(channelsOf(webhooks(hook.url, 'ops')))).toMatchObject({ delivered: 1_000, pending: 0 });
  expect(hook.messages.length).toBeLessThanOrEqual(6);
  expect(hook.idsAt('/ops').sort()).toEqual(events.map(({ id }) => id).sort());
}, 60_000);

test('a name that resolves to nothing is a failure that may pass', async () => {
  const outbox = createOutbox(directory);
  await outbox.enqueue(['ops', alertEvent()]);
  const report = await outbox.deliver(channelsOf({ ops: { type: 'webhook', url: 'http://nowhere.invalid/x' } }), {
    budgetMs: 500,
  });
  expect(report).toMatchObject({ pending: 1, dead: 0 });
  expect(report.channels[0]?.lastError).toMatch(/the name of nowhere\.invalid:80 (is unknown|could not be looked up)/);
});

test('while PagerDuty was away an alert ended and fired again: its incident is closed, and then opened', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  const channels = channelsOf({ pagerduty: { routingKey: 'k3y', url: `${hook.url}/enqueue` } });
  await outbox.enqueue(['pagerduty', alertEvent()]);
  await outbox.deliver(channels);
  await outbox.enqueue(
    ['pagerduty', alertEvent({ episode: 2, severity: 'critical' })],
    ['pagerduty', alertEvent({ kind: 'resolved' })],
  );
  await outbox.deliver(channels);
  const actions = hook.messages.map((message) => Object(message).event_action);
  expect(actions).toEqual(['trigger', 'resolve', 'trigger']);
});

test('what a full disk did not take is told all the same', async () => {
  const hook = await receiver();
  const outbox = createOutbox(directory);
  const entry = { version: 1 as const, channel: 'ops', enqueuedAt: outbox.now(), insteadOf: [], event: alertEvent() };
  await outbox.enqueue(['ops', alertEvent({ rule: 'disk-full' })]);
  const written = { ...entry, event: alertEvent({ rule: 'disk-full' }) };
  expect(await outbox.deliver(channelsOf(webhooks(hook.url, 'ops')), { unwritten: [entry, written] })).toMatchObject({
    delivered: 2,
  });
  expect(hook.idsAt('/ops').sort()).toEqual(['disk-full-1-firing', 'slow-hooks-1-firing']);
});
