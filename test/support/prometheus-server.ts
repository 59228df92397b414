import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/lib/demo/postgres.js';
import { get } from './monitoring.js';

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PrometheusServer {
  /** What the query yields now. */
  readonly query: (expression: string) => Promise<readonly Sample[]>;
  /** What the query yields once `isEnough`; it is asked again and again until then. */
  readonly until: (expression: string, isEnough: (samples: readonly Sample[]) => boolean) => Promise<readonly Sample[]>;
  readonly stop: () => Promise<void>;
}

const ATTEMPTS = 150;
const PAUSE_MS = 100;

/** A real Prometheus on a free port of loopback, with this configuration file. */
export async function startPrometheus(config: string): Promise<PrometheusServer> {
  const storage = await mkdtemp(join(tmpdir(), 'vo-prometheus-'));
  const port = await freePort();
  const settings = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${storage}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
  ];
  const child = spawn('prometheus', settings, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (part) => {
    said += part;
  });
  child.on('error', () => undefined);
  const stop = async () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await rm(storage, { recursive: true, force: true });
  };
  const query = async (expression: string) => {
    const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`;
    const { status, body } = await get(url);
    if (status !== 200) throw new Error(`${expression}: ${body}`);
    const { result } = JSON.parse(body).data;
    return result.map(({ metric, value }: { metric: Sample['metric']; value: [number, string] }) => ({
      metric,
      value: Number(value[1]),
    }));
  };
  const until: PrometheusServer['until'] = async (expression, isEnough) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const samples = await query(expression);
      if (isEnough(samples)) return samples;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    throw new Error(`${expression} yields ${JSON.stringify(await query(expression))}`);
  };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const status = await get(`http://127.0.0.1:${port}/-/ready`).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) return { query, until, stop };
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  await stop();
  throw new Error(`Prometheus does not come up: ${said || 'apt-get install prometheus'}`);
}
