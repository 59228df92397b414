import { execFileSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { writeOwnMetrics } from '../../src/lib/alerts/own-metrics.js';
import { alertEvent, channelsOf, createOutbox } from '../support/delivery.js';
import { parseMetrics } from '../support/monitoring.js';
import { temporaryDirectory } from '../support/run.js';
import { serve } from '../support/stub-server.js';

test('counts survive from run to run; promtool takes the file, and anybody may read it', async () => {
  let isUp = true;
  const url = await serve((_, response) => response.writeHead(isUp ? 200 : 503).end());
  const outbox = createOutbox(temporaryDirectory());
  const channels = channelsOf({ ops: { type: 'webhook', url }, dev: { type: 'webhook', url: 'http://127.0.0.1:9' } });
  const file = join(outbox.state, 'viktoria-ops.prom');
  const runOnce = async (episode: number) => {
    await outbox.enqueue(['ops', alertEvent({ episode })], ['dev', alertEvent({ episode })]);
    const report = await outbox.deliver(channels, { budgetMs: 0 });
    await writeOwnMetrics(
      { ...outbox.context, log: { warn: () => undefined, info: () => undefined, debug: () => undefined } },
      file,
      {
        command: 'alerts check',
        report,
      },
    );
    return parseMetrics(await readFile(file, 'utf8'));
  };
  await runOnce(1);
  isUp = false;
  outbox.wait(30_000);
  const families = await runOnce(2);
  const value = (name: string, labels: object) =>
    families
      .get(`viktoria_ops_${name}`)
      ?.samples.find((sample) => JSON.stringify(sample.labels) === JSON.stringify(labels))?.value;
  expect(value('notifications_total', { channel: 'ops', outcome: 'delivered' })).toBe(1);
  expect(value('notifications_total', { channel: 'ops', outcome: 'failed' })).toBe(1);
  expect(value('notifications_total', { channel: 'dev', outcome: 'delivered' })).toBe(0);
  expect(value('outbox_entries', { channel: 'dev' })).toBe(2);
  expect(value('outbox_oldest_age_seconds', { channel: 'dev' })).toBe(30);
  expect(value('channel_last_success_timestamp_seconds', { channel: 'ops' })).toBe(
    Date.parse('2026-11-25T10:00:00Z') / 1000,
  );
  expect(value('last_run_timestamp_seconds', { command: 'alerts check' })).toBe(
    Date.parse('2026-11-25T10:00:30Z') / 1000,
  );
  expect((await stat(file)).mode & 0o777).toBe(0o644);
  execFileSync('promtool', ['check', 'metrics'], { input: await readFile(file), stdio: ['pipe', 'pipe', 'inherit'] });
});
