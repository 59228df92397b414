import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Backend, startBackend } from '../../src/lib/demo/backend.js';
import { sendTraffic } from '../../src/lib/demo/traffic.js';
import { useInstallation } from '../support/backend.js';
import { sql, testServer } from '../support/database.js';
import { get, parseMetrics } from '../support/monitoring.js';
import { startPrometheus, startVictoriaMetrics } from '../support/prometheus.js';
import { runJson, temporaryDirectory } from '../support/run.js';
import type { Service } from '../support/service.js';

// Three instances of the sample backend behind one PostgreSQL, each scraped by both.
const installation = useInstallation();
const others: Backend[] = [];
const services = new Map<string, Service>();
const configs = new Map<string, string>();

beforeAll(async () => {
  const pg = { ...testServer, database: installation.database };
  const { secret } = installation;
  for (let instance = 1; instance <= 2; instance++)
    others.push(await startBackend({ pg, port: 0, secret, logDirectory: temporaryDirectory() }));
  const urls = [installation.url(), ...others.map(({ url }) => url)];
  const scraped = { secret, targets: urls.map((url) => new URL(url).host) };
  services.set('Prometheus', await startPrometheus(scraped));
  services.set('VictoriaMetrics', await startVictoriaMetrics(scraped));
  for (const [name, { url }] of services) {
    configs.set(name, installation.variant(`${name}.json`, { metrics: { source: 'prometheus', url } }));
  }
  const { signal } = new AbortController();
  for (const [seed, { url }] of others.entries()) await sendTraffic({ url, seed, requests: 60, signal });
  await sql(
    installation.database,
    `insert into jobs (type, payload, run_at) values ('match-report', '{}', 'infinity')`,
  );
  const counted = (await Promise.all(urls.map(countedBy))).reduce((sum, count) => sum + count, 0);
  await Promise.all([...services.values()].map(({ url }) => until(async () => (await scrapedBy(url)) === counted)));
  await until(async () => (await answer('API', ['performance', 'summary'])).performance.totalExecutions === counted);
}, 60_000);

afterAll(() => Promise.all([...others, ...services.values()].map((started) => started.stop())));

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`waited in vain for ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const METRICS = '/api/hook-monitoring/metrics';

/** Hook runs that an instance shows. */
async function countedBy(url: string): Promise<number> {
  const { body } = await get(url + METRICS, { headers: { authorization: `Bearer ${installation.secret}` } });
  const samples = parseMetrics(body).get('hook_execution_time_seconds')?.samples ?? [];
  return samples.filter(({ name }) => name.endsWith('_count')).reduce((sum, { value }) => sum + value, 0);
}

async function scrapedBy(url: string): Promise<number> {
  const { body } = await get(`${url}/api/v1/query?query=sum(hook_execution_time_seconds_count)`);
  return Number(JSON.parse(body).data.result[0]?.value[1]);
}

async function answer(source: string, argv: readonly string[]) {
  const { document } = await runJson([...argv, '--config', configs.get(source) ?? installation.config]);
  if (document.error) throw new Error(`${source}: ${document.error.message}`);
  return document.result;
}

const SOURCES = ['Prometheus', 'VictoriaMetrics'];
/** What of a count a scrape every second may get wrong. */
const within = (part: number, whole: number) => expect(Math.abs(part - whole)).toBeLessThanOrEqual(1 + whole * 0.1);

describe.each(SOURCES)('%s tells what the application tells', (source) => {
  test('performance', async () => {
    const [{ performance: ours }, theirs] = [
      await answer('API', ['performance', 'summary']),
      await answer(source, ['performance', 'summary']),
    ];
    const { performance } = theirs;
    for (const figure of ['totalExecutions', 'failedExecutions', 'rejectedExecutions'])
      within(performance[figure], ours[figure]);
    expect(performance.failedExecutions).toBeGreaterThan(0);
    expect(Math.abs(performance.averageExecutionTime / ours.averageExecutionTime - 1)).toBeLessThan(0.1);
    expect(performance.instrumentation).toBe(ours.instrumentation);
    // Another's answer is no answer of the application: how long it took says nothing of it.
    expect(theirs.responseTimeMs).toBeNull();
  });
});
