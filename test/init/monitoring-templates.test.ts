/** What `init prometheus`, `grafana` and `github-actions` write, at work: a real Prometheus scrapes a real backend. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod';
import { sendTraffic } from '../../src/lib/demo/traffic.js';
import { createHttpMetrics } from '../../src/lib/monitor/index.js';
import { useInstallation } from '../support/backend.js';
import { type PrometheusServer, startPrometheus } from '../support/prometheus-server.js';
import { run, temporaryDirectory } from '../support/run.js';

const installation = useInstallation({ http: createHttpMetrics() });
const directory = temporaryDirectory();
const read = (path: string) => readFileSync(join(directory, path), 'utf8');

/** The job of the guide as it stands, but for the address and how often. */
const guideJob = (target: string) => `
  - job_name: 'guide'
    static_configs:
      - targets: ['${target}']
    metrics_path: '/api/hook-monitoring/metrics'
    scrape_interval: 200ms
    authorization: { credentials_file: hook-monitoring.token }
`;

let prometheus: PrometheusServer;
beforeAll(async () => {
  const made = await run([
    'init',
    'prometheus',
    'grafana',
    'github-actions',
    '--config',
    installation.config,
    '--output-dir',
    directory,
  ]);
  if (made.code !== 0) throw new Error(made.stderr);
  writeFileSync(join(directory, 'prometheus/hook-monitoring.token'), installation.secret);
  const config = join(directory, 'prometheus/prometheus.yml');
  const often = read('prometheus/prometheus.yml').replaceAll(/interval: (15|30)s/g, 'interval: 200ms');
  writeFileSync(config, often + guideJob(new URL(installation.url()).host));
  prometheus = await startPrometheus(config);
  // By both jobs: before the traffic, so that there is a rate, and after it.
  await prometheus.until(
    'min by (job) (count_over_time(hook_execution_time_seconds_count[1m])) > 1',
    (found) => found.length === 2,
  );
  await sendTraffic({ url: installation.url(), seed: 11, requests: 60, signal: new AbortController().signal });
  await prometheus.until(
    'sum by (job) (rate(hook_execution_time_seconds_count[1m])) > 0',
    (found) => found.length === 2,
  );
}, 60_000);
afterAll(() => prometheus?.stop());

describe('prometheus', () => {
  test('both jobs, ours and the one of the guide, are scraped', async () => {
    const up = await prometheus.query('up');
    expect(Object.fromEntries(up.map(({ metric, value }) => [metric.job, value]))).toEqual({
      guide: 1,
      'viktoria-hooks': 1,
    });
  });

  test("the guide's queries yield what its panels show: a mean duration, an error rate", async () => {
    const means = await prometheus.until('hook_execution_time_seconds', (found) => found.length > 0);
    expect(means.map(({ metric }) => metric.content_type)).toContain('api::match.match');
    for (const { value } of means) expect(value).toBeGreaterThan(0);
    expect(await prometheus.query('rate(hook_errors_total[5m])')).not.toEqual([]);
  });
});

const Target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource: z.strictObject({ type: z.literal('prometheus'), uid: z.literal('$datasource') }),
  expr: z.string(),
  legendFormat: z.string(),
  instant: z.boolean(),
  range: z.boolean(),
  format: z.literal('table').optional(),
});
const Step = z.strictObject({ value: z.number().nullable(), color: z.enum(['green', 'orange', 'red']) });
const gridPos = z.strictObject({
  h: z.number().int().min(1),
  w: z.number().int().min(1).max(24),
  x: z.number().int().min(0).max(23),
  y: z.number().int().min(0),
});
const common = { id: z.number().int().min(1), title: z.string().min(1), gridPos };
/** Grafana's classic model of a dashboard (kind `dashboard`), as far as ours goes; nothing beside it. */
const Dashboard = z.strictObject({
  uid: z.string().regex(/^[\w-]{1,40}$/),
  title: z.string(),
  tags: z.array(z.string()),
  schemaVersion: z.number().min(39),
  editable: z.boolean(),
  graphTooltip: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  refresh: z.string(),
  time: z.strictObject({ from: z.string(), to: z.string() }),
  timezone: z.enum(['browser', 'utc']),
  annotations: z.strictObject({ list: z.array(z.unknown()) }),
  templating: z.strictObject({
    list: z.array(z.looseObject({ name: z.string(), type: z.enum(['datasource', 'query']), query: z.unknown() })),
  }),
  panels: z.array(
    z.discriminatedUnion('type', [
      z.strictObject({ ...common, type: z.literal('row'), collapsed: z.literal(false), panels: z.tuple([]) }),
      ...(['stat', 'timeseries', 'table'] as const).map((type) =>
        z.strictObject({
          ...common,
          type: z.literal(type),
          description: z.string().optional(),
          datasource: Target.shape.datasource,
          fieldConfig: z.strictObject({
            defaults: z.looseObject({
              unit: z.string(),
              thresholds: z.strictObject({ mode: z.literal('absolute'), steps: z.array(Step).min(1) }),
            }),
            overrides: z.array(z.unknown()),
          }),
          options: z.record(z.string(), z.unknown()),
          targets: z.array(Target).min(1),
          transformations: z.array(z.strictObject({ id: z.string(), options: z.unknown() })).optional(),
        }),
      ),
    ]),
  ),
});

describe('grafana', () => {
  const dashboard = () => Dashboard.parse(JSON.parse(read('grafana/dashboards/viktoria-hooks.json')));
  const charts = () => dashboard().panels.flatMap((panel) => (panel.type === 'row' ? [] : [panel]));

  test('the dashboard is what Grafana reads; no panel covers another', () => {
    const { panels } = dashboard();
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)}:${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });

  test('levels are those of the configuration, in ascending order, the first without a value', () => {
    const [rate] = charts().filter(({ title }) => title === 'Error rate');
    expect(rate?.fieldConfig.defaults.thresholds.steps).toEqual([
      { value: null, color: 'green' },
      { value: 0.01, color: 'orange' },
      { value: 0.05, color: 'red' },
    ]);
  });

  test('every query is answered by Prometheus, and every label of a legend is there', async () => {
    const chosen = (expr: string) =>
      expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(instance|content_type)/g, '.*');
    const unanswered: string[] = [];
    for (const { title, targets } of charts()) {
      for (const { expr, legendFormat } of targets) {
        const samples = await prometheus.query(chosen(expr));
        const labels = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => String(label));
        const isFull = samples.some(
          ({ metric, value }) => Number.isFinite(value) && labels.every((name) => name in metric),
        );
        if (!isFull) unanswered.push(`${title}: ${expr}: ${JSON.stringify(samples.slice(0, 3))}`);
      }
    }
    expect(unanswered).toEqual([]);
  });

  test('the choices of the dashboard have values', async () => {
    const queries = dashboard().templating.list.flatMap(
      ({ query }) => JSON.stringify(query).match(/label_values\((.*), (\w+)\)/) ?? [],
    );
    expect(queries).toHaveLength(6);
    for (let index = 0; index < queries.length; index += 3) {
      const [selector = '', label = ''] = queries.slice(index + 1);
      const samples = await prometheus.query(JSON.parse(`"${selector}"`));
      expect(samples.map(({ metric }) => metric[label])).not.toContain(undefined);
      expect(samples).not.toEqual([]);
    }
  });

  test.each(['dashboards', 'datasources'])('the provisioning of %s is YAML of version 1', (name) => {
    const content = parse(read(`grafana/provisioning/${name}/viktoria.yml`));
    expect(content.apiVersion).toBe(1);
    expect((content.providers ?? content.datasources)[0].type).toBe(name === 'dashboards' ? 'file' : 'prometheus');
  });
});

test('the smoke check of GitHub Actions knows a backend that is well, with its secret, from one that is down', async () => {
  const { jobs } = parse(read('github-actions/viktoria-smoke.yml'));
  const steps: string[] = jobs.smoke.steps.flatMap(({ run: line = '' }) => line.match(/^npx viktoria-ops .*/) ?? []);
  expect(steps).toHaveLength(3);
  const url = jobs.smoke.env.VIKTORIA_OPS_URL;
  expect(url).toBe(installation.url());
  for (const line of steps) {
    const words = line.split(' ').slice(2);
    const env = { VIKTORIA_OPS_TOKEN: installation.secret };
    const [well, down] = [
      await run(words, { env: { ...env, VIKTORIA_OPS_URL: url } }),
      await run(words, { env: { ...env, VIKTORIA_OPS_URL: 'http://127.0.0.1:9' } }),
    ];
    expect([line, well.code, down.code]).toEqual([line, 0, 4]);
  }
});
