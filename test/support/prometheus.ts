import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { API_PREFIX } from '../../src/lib/contract/index.js';
import { type Service, startService } from './service.js';

export interface Scraped {
  /** `host:port` of each instance. */
  readonly targets: readonly string[];
  readonly secret?: string;
}

export const JOB = 'viktoria-hooks';

/** A real Prometheus that scrapes the instances every second, with a past in OpenMetrics' text where given. */
export const startPrometheus = (scraped: Scraped, past?: string): Promise<Service> =>
  startService({
    program: 'prometheus',
    package: 'prometheus',
    ready: '/-/ready',
    async settings({ directory, address }) {
      const data = join(directory, 'data');
      mkdirSync(data);
      if (past !== undefined) {
        const file = join(directory, 'past.txt');
        writeFileSync(file, `${past}# EOF\n`);
        execFileSync(
          'promtool',
          ['tsdb', 'create-blocks-from', '--max-block-duration=336h', 'openmetrics', file, data],
          { stdio: 'pipe' },
        );
      }
      const config = await writeScrape(directory, scraped);
      return [
        `--config.file=${config}`,
        `--storage.tsdb.path=${data}`,
        `--web.listen-address=${address}`,
        '--storage.tsdb.retention.time=90d',
      ];
    },
  });

/** The same by VictoriaMetrics; what it was told is to be seen at once. */
export async function startVictoriaMetrics(scraped: Scraped, past?: string): Promise<Service> {
  const service = await startService({
    program: 'victoria-metrics',
    package: 'victoria-metrics',
    ready: '/health',
    settings: async ({ directory, address }) => [
      `-promscrape.config=${await writeScrape(directory, scraped)}`,
      `-storageDataPath=${join(directory, 'data')}`,
      `-httpListenAddr=${address}`,
      '-search.latencyOffset=1ms',
      '-retentionPeriod=3',
    ],
  });
  if (past !== undefined) await importPast(service.url, past);
  return service;
}

async function writeScrape(directory: string, { targets, secret }: Scraped): Promise<string> {
  const config = join(directory, 'scrape.yml');
  const job = {
    job_name: JOB,
    metrics_path: `${API_PREFIX}/metrics`,
    static_configs: [{ targets }],
    ...(secret !== undefined && { authorization: { credentials: secret } }),
  };
  await writeFile(config, JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: [job] }));
  return config;
}

/** Its times are in ms, those of OpenMetrics in seconds. */
async function importPast(url: string, past: string): Promise<void> {
  const lines = past
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.replace(/ (\d+)$/, ' $1000'));
  await post(`${url}/api/v1/import/prometheus`, lines.join('\n'));
  await post(`${url}/internal/force_flush`, '');
}

function post(url: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent: false, timeout: 10_000 }, (response) => {
      response.resume().on('end', () => {
        if ((response.statusCode ?? 500) < 300) resolve();
        else reject(new Error(`${url} answered ${response.statusCode}`));
      });
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer')));
    sent.on('error', reject);
    sent.end(body);
  });
}
