import { get } from './monitoring.js';
import { startService } from './service.js';

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

/** A real Prometheus with this configuration file. */
export async function startPrometheus(config: string): Promise<PrometheusServer> {
  const { url, stop } = await startService({
    program: 'prometheus',
    package: 'prometheus',
    ready: '/-/ready',
    settings: async ({ directory, address }) => [
      `--config.file=${config}`,
      `--storage.tsdb.path=${directory}`,
      `--web.listen-address=${address}`,
      '--log.level=error',
    ],
  });
  const query = async (expression: string) => {
    const { status, body } = await get(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
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
  return { query, until, stop };
}
