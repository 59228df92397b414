import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/lib/demo/postgres.js';
import { get } from './monitoring.js';

export interface Alertmanager {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** A real Alertmanager on a free port of loopback; it notifies `webhook` of what begins and what ends, within a second. */
export async function startAlertmanager(webhook: string): Promise<Alertmanager> {
  const directory = await mkdtemp(join(tmpdir(), 'vo-alertmanager-'));
  const config = join(directory, 'config.yml');
  const route =
    'route: { receiver: test, group_by: [alertname], group_wait: 10ms, group_interval: 1s, repeat_interval: 1h }';
  const receiver = `receivers: [{ name: test, webhook_configs: [{ url: '${webhook}', send_resolved: true }] }]`;
  await writeFile(config, `${route}\n${receiver}\n`);
  const port = await freePort();
  const settings = [
    `--config.file=${config}`,
    `--storage.path=${directory}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
  ];
  const child = spawn('prometheus-alertmanager', settings, { stdio: 'ignore' });
  child.on('error', () => undefined);
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(directory, { recursive: true, force: true });
  };
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.pid === undefined)
      throw new Error('Alertmanager is not installed: apt-get install prometheus-alertmanager');
    const status = await get(`${url}/-/ready`).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) return { url, stop };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  throw new Error('Alertmanager does not come up');
}
