import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Backend, startBackend } from '../../src/lib/demo/backend.js';
import { sendTraffic } from '../../src/lib/demo/traffic.js';
import { useInstallation } from '../support/backend.js';
import { testContext } from '../support/context.js';
import { sql, testServer } from '../support/database.js';
import { get, parseMetrics } from '../support/monitoring.js';
import { startPrometheus, startVictoriaMetrics } from '../support/prometheus.js';
import { runJson, temporaryDirectory } from '../support/run.js';
import type { Service } from '../support/service.js';
import { until } from '../support/until.js';

// Three instances of the sample backend behind one PostgreSQL, each scraped by both.
const installation = useInstallation();
const others: Backend[] = [];
const services = new Map<string, Service>();
const configs = new Map<string, string>();

beforeAll(async () => {
  const pg = { ...testServer, database: installation.database };
  const { secret } = installation;
  for (const host of ['127.0.0.2', '127.0.0.3'])
    others.push(await startBackend({ pg, host, port: 0, secret, logDirectory: temporaryDirectory() }));
  const urls = [installation.url(), ...others.map(({ url }) => url)];
  const scraped = { secret, targets: urls.map((url) => new URL(url).host) };
  services.set('Prometheus', await startPrometheus(scraped));
  services.set('VictoriaMetrics', await startVictoriaMetrics(scraped));
  for (const [name, { url }] of services) {
    configs.set(name, installation.variant(`${name}.json`, { metrics: { source: 'prometheus', url } }));
  }
  await Promise.all(
    others.map(({ url }, seed) => sendTraffic({ url, seed, requests: 30, signal: new AbortController().signal })),
  );
  await sql(
    installation.database,
    `insert into jobs (type, payload, run_at) values ('match-report', '{}', 'infinity')`,
  );
  const counted = async () => (await Promise.all(urls.map(countedBy))).reduce((sum, count) => sum + count, 0);
  for (const { url } of services.values()) await until(async () => (await scrapedBy(url)) === (await counted()));
  await until(async () => {
    const { performance } = await answer('API', ['performance', 'summary']);
    return performance.totalExecutions === (await counted());
  });
  // A host is looked at every ten seconds.
  for (const { url } of services.values())
    await until(async () => (await query(url, 'count(host_cpu_usage_ratio)')) === 3);
}, 60_000);

afterAll(() => Promise.all([...others, ...services.values()].map((started) => started.stop())));

const METRICS = '/api/hook-monitoring/metrics';

/** Hook runs that an instance shows. */
async function countedBy(url: string): Promise<number> {
  const { body } = await get(url + METRICS, { headers: { authorization: `Bearer ${installation.secret}` } });
  const samples = parseMetrics(body).get('hook_execution_time_seconds')?.samples ?? [];
  return samples.filter(({ name }) => name.endsWith('_count')).reduce((sum, { value }) => sum + value, 0);
}

const scrapedBy = (url: string) => query(url, 'sum(hook_execution_time_seconds_count)');

async function query(url: string, expression: string): Promise<number> {
  const { body } = await get(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
  return Number(JSON.parse(body).data.result[0]?.value[1]);
}

async function answer(source: string, argv: readonly string[]) {
  const { document } = await runJson([...argv, '--config', configs.get(source) ?? installation.config]);
  if (document.error) throw new Error(`${source}: ${document.error.message}`);
  return document.result;
}

test('each instance tells of all of them', async () => {
  const [first, ...more] = await Promise.all(
    [
      installation.config,
      ...others.map(({ url }, index) => installation.variant(`instance-${index}.json`, { app: { url } })),
    ].map(
      async (config) => (await runJson(['performance', 'summary', '--config', config])).document.result.performance,
    ),
  );
  for (const other of more)
    expect(other).toEqual({ ...first, window: expect.objectContaining({ from: first.window.from }) });
});

/** What a scrape every second may get wrong of a count that rises within seconds. */
const isNear = (part: number, whole: number) => expect(Math.abs(part - whole)).toBeLessThanOrEqual(1 + whole * 0.1);

describe.each(['Prometheus', 'VictoriaMetrics'])('%s tells what the application tells', (source) => {
  const both = async (...argv: string[]) => [await answer('API', argv), await answer(source, argv)] as const;

  test('performance', async () => {
    const [{ performance: ours }, { performance: theirs, responseTimeMs }] = await both('performance', 'summary');
    isNear(theirs.totalExecutions, ours.totalExecutions);
    isNear(theirs.failedExecutions, ours.failedExecutions);
    isNear(theirs.rejectedExecutions, ours.rejectedExecutions);
    expect(ours.failedExecutions + ours.rejectedExecutions).toBeGreaterThan(0);
    expect(Math.abs(theirs.averageExecutionTime / ours.averageExecutionTime - 1)).toBeLessThan(0.1);
    for (const percentile of ['p50', 'p95', 'p99']) expect(theirs[percentile]).toBeGreaterThan(0);
    expect(theirs.instrumentation).toBe(ours.instrumentation);
    const nameOf = ({ contentType, operation }: Record<string, string>) => `${contentType} ${operation}`;
    expect(theirs.slowestHooks.slice(0, 3).map(nameOf)).toEqual(ours.slowestHooks.slice(0, 3).map(nameOf));
    // Another's answer is no answer of the application: how long it took says nothing of it.
    expect(responseTimeMs).toBeNull();
  });

  test('errors', async () => {
    const [ours, theirs] = await both('errors', 'count', '--window', '1h');
    isNear(theirs.count, ours.count);
  });

  test('the texts of errors, which Prometheus does not have, still come from the application', async () => {
    const [ours, theirs] = await both('errors', 'recent');
    expect(theirs).toEqual(ours);
  });

  test('the queue, which is one however many instances look at it', async () => {
    const [{ sources: _, ...ours }, theirs] = await both('queue', 'status');
    expect(theirs).toEqual({ ...ours, processingRate: expect.any(Number), averageProcessingTime: expect.any(Number) });
    expect(Math.abs(theirs.averageProcessingTime - ours.averageProcessingTime)).toBeLessThan(0.001);
    expect(theirs.jobsByState.scheduled).toBeGreaterThan(0);
  });

  test('KPIs', async () => {
    const valuesOf = ({ kpis }: { kpis: { id: string; value: number | null }[] }) =>
      new Map(kpis.map(({ id, value }) => [id, value]));
    const [ours, theirs] = (await both('kpi', '--window', '1h')).map(valuesOf);
    for (const id of ['errorRate', 'hookSuccessRate', 'queueBacklog'])
      expect(Math.abs(Number(theirs?.get(id)) - Number(ours?.get(id)))).toBeLessThan(0.01);
    expect(Number(theirs?.get('hookExecutionTimeMs')) / Number(ours?.get('hookExecutionTimeMs'))).toBeCloseTo(1, 1);
    expect(theirs?.get('memoryUsage')).toBeGreaterThan(0);
  });

  test('alerts', async () => {
    const rulesOf = ({ firing }: { firing: { rule: string; values: object }[] }) => firing.map(({ rule }) => rule);
    const [ours, theirs] = await both('alerts', 'check', '--dry-run');
    expect(rulesOf(theirs)).toEqual(rulesOf(ours));
    expect(rulesOf(theirs)).toContain('high-error-rate');
  });

  test('usage of every instance', async () => {
    const context = testContext({ configFlags: { config: configs.get(source) } });
    const usage = await context.api('usage', { step: '1m' });
    expect(new Set(usage.map(({ instance }) => instance)).size).toBe(3);
    for (const { cpu, memory, disk } of usage)
      for (const share of [cpu, memory, disk]) expect(share > 0 && share < 1).toBe(true);
  });
});

test('doctor tells a Prometheus that is down from a backend that is', async () => {
  const config = installation.variant('down.json', { metrics: { source: 'prometheus', url: 'http://127.0.0.1:1' } });
  const { document } = await runJson(['doctor', '--config', config]);
  const statusOf = (wanted: string) =>
    document.result.checks.find(({ name }: { name: string }) => name === wanted)?.status;
  expect([statusOf('backend'), statusOf('metrics')]).toEqual(['ok', 'failed']);
});
