import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Service, startService } from './service.js';

/** A real Alertmanager; it notifies `webhook` of what begins and what ends, within a second. `cluster` joins it to others. */
export function startAlertmanager(
  webhook: string,
  cluster: readonly string[] = ['--cluster.listen-address='],
): Promise<Service> {
  return startService({
    program: 'prometheus-alertmanager',
    package: 'prometheus-alertmanager',
    ready: '/-/ready',
    async settings({ directory, address }) {
      const config = join(directory, 'config.yml');
      const route =
        'route: { receiver: test, group_by: [alertname], group_wait: 10ms, group_interval: 1s, repeat_interval: 1h }';
      const receiver = `receivers: [{ name: test, webhook_configs: [{ url: '${webhook}', send_resolved: true }] }]`;
      await writeFile(config, `${route}\n${receiver}\n`);
      return [`--config.file=${config}`, `--storage.path=${directory}`, `--web.listen-address=${address}`, ...cluster];
    },
  });
}
