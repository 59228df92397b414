import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type AlertRecord, initialState } from '../../src/lib/alerts/engine/index.js';
import { writeAlertState } from '../../src/lib/alerts/state.js';
import { alertEvent, channelsOf, createOutbox } from '../support/delivery.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';
import { serve } from '../support/stub-server.js';

const directory = temporaryDirectory();

/** A channel that took nothing, an event given up for it, and the command line that has both. */
async function place(event = alertEvent()) {
  const received: string[] = [];
  const receiver = { status: 404 };
  const url = await serve((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      if (receiver.status === 200) received.push(JSON.parse(text).title);
      response.writeHead(receiver.status).end();
    });
  });
  const ops = { type: 'webhook', url: `${url}/ops` };
  const outbox = createOutbox(directory);
  await outbox.enqueue(['ops', event]);
  expect(await outbox.deliver(channelsOf({ ops }))).toMatchObject({ dead: 1, pending: 0 });
  const config = join(outbox.state, 'config.json');
  writeFileSync(config, JSON.stringify({ stateDirectory: outbox.state, alerting: { channels: { ops } } }), {
    mode: 0o600,
  });
  const command = (...more: string[]) => ['alerts', 'redeliver', 'ops', ...more, '--config', config];
  return { receiver, received, config, command, state: outbox.state };
}

test('a dry run tells nobody, and the real one what was given up; a second has nothing left to do', async () => {
  const { receiver, received, command } = await place();
  receiver.status = 200;
  const dry = await runJson(command('--dry-run'));
  expect(dry.document.result).toMatchObject({
    applied: false,
    letters: [{ id: 'slow-hooks-1-firing', reason: expect.stringContaining('404') }],
  });
  expect(received).toEqual([]);
  const real = await runJson(command());
  expect({ code: real.code, pending: real.document.result.pending }).toEqual({ code: 0, pending: 0 });
  expect(received).toHaveLength(1);
  const { code, stdout } = await run(command());
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('nothing was given up for ops') });
  expect(received).toHaveLength(1);
});

test.each([
  ['goes on', 1, '[WARNING] slow-hooks'],
  ['is over', 2, '[WAS FIRING] slow-hooks'],
])('what %s is told so: no receiver keeps an alert open for ever', async (_, episode, title) => {
  const { receiver, received, command, state } = await place();
  const record: AlertRecord = { rule: 'slow-hooks', phase: 'firing', episode, told: [] };
  await writeAlertState(join(state, 'alerts'), { ...initialState(), alerts: new Map([[record.rule, record]]) });
  receiver.status = 200;
  await runJson(command());
  expect(received).toEqual([expect.stringContaining(title)]);
});

test('a channel that is as broken as before: exit 1, and it is still a dead letter', async () => {
  const { command } = await place();
  const { code, document } = await runJson(command());
  expect(code).toBe(1);
  expect(document.findings).toMatchObject([
    { code: 'VOPS-ALERTS-DEAD', hint: expect.stringContaining('viktoria-ops alerts redeliver ops') },
  ]);
  const { letters } = (await runJson(command('--dry-run'))).document.result;
  expect(letters).toContainEqual(expect.objectContaining({ id: 'slow-hooks-1-firing' }));
});

test('a channel that is not configured: exit 2', async () => {
  const { config } = await place();
  const { code, document } = await runJson(['alerts', 'redeliver', 'opps', '--config', config]);
  expect({ code, hint: document.error.hint }).toEqual({ code: 2, hint: 'did you mean ops?' });
});
