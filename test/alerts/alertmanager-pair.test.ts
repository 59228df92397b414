/** Two Alertmanagers that gossip, each on an address of its own: both hear of an alert, and people hear of it once. */

import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '../../src/lib/demo/postgres.js';
import { startAlertmanager } from '../support/alertmanager.js';
import { get } from '../support/monitoring.js';
import { runJson, temporaryDirectory } from '../support/run.js';
import type { Service } from '../support/service.js';
import { until } from '../support/until.js';

const told: string[] = [];
const receiver = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', () => {
    for (const { labels, status } of JSON.parse(text).alerts) told.push(`${labels.alertname} ${status}`);
    response.end();
  });
});
const pair: Service[] = [];

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const webhook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const [first, second] = [`127.0.0.2:${await freePort()}`, `127.0.0.3:${await freePort()}`];
  // The second waits for the first to have notified, so long; it then finds in what was gossiped that it has.
  const quick = ['--cluster.gossip-interval=20ms', '--cluster.settle-timeout=1s', '--cluster.peer-timeout=1s'];
  pair.push(await startAlertmanager(webhook, [`--cluster.listen-address=${first}`, ...quick]));
  pair.push(
    await startAlertmanager(webhook, [`--cluster.listen-address=${second}`, `--cluster.peer=${first}`, ...quick]),
  );
  for (const { url } of pair) {
    await until(async () => {
      const { cluster } = JSON.parse((await get(`${url}/api/v2/status`)).body);
      return cluster.status === 'ready' && cluster.peers.length === 2;
    });
  }
}, 30_000);
afterAll(async () => {
  await Promise.all(pair.map(({ stop }) => stop()));
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

const rule = {
  name: 'application-down',
  condition: "system.status === 'critical'",
  severity: 'critical',
  cooldown: 300,
};

/** An operator's host, with a state of its own, that sees nobody where the application should be. */
async function check() {
  const directory = temporaryDirectory();
  const config = join(directory, 'config.json');
  const channels = { alertmanager: { urls: pair.map(({ url }) => url) } };
  const alerting = { channels, defaultRules: false, rules: [{ ...rule, channels: ['alertmanager'] }] };
  const app = { url: 'http://127.0.0.1:1' };
  writeFileSync(config, JSON.stringify({ app, alerting, stateDirectory: join(directory, 'state') }), { mode: 0o600 });
  return runJson(['alerts', 'check', '--config', config]);
}

test('an alert of two hosts reaches both Alertmanagers, and people once', async () => {
  const checked = await Promise.all([check(), check()]);
  for (const { document } of checked) expect(document.result.firing).toMatchObject([{ rule: 'application-down' }]);
  for (const { url } of pair) {
    const known = JSON.parse((await get(`${url}/api/v2/alerts`)).body);
    expect(known).toHaveLength(1);
    // Each asks the log of notifications that they have in common before it tells anybody: here for the second time.
    const asked = /^alertmanager_nflog_queries_total (\d+)/m;
    await until(async () => Number(asked.exec((await get(`${url}/metrics`)).body)?.[1]) > 1);
  }
  expect(told).toEqual(['application-down firing']);
});
