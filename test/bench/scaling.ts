/**
 * `npm run bench:scaling [-- name …]`: how cost grows with the work, for docs/scaling.md. CPU seconds, the median of three,
 * at 1×, 10× and where it is cheap 100×; the exponent is between the last two. Wall clocks of a shared machine say less.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import pg from 'pg';
import { type PostgresServer, startPostgres } from '../../src/lib/demo/postgres.js';
import { createRecorder } from '../../src/lib/monitor/history/recorder.js';
import { renderMetrics } from '../../src/lib/monitor/prometheus.js';
import { packageRoot } from '../../src/lib/package.js';
import { testContext } from '../support/context.js';
import { get } from '../support/monitoring.js';
import { JOB, startPrometheus } from '../support/prometheus.js';
import type { Service } from '../support/service.js';

interface Subject {
  readonly name: string;
  readonly sizes: readonly number[];
  /** Builds what is measured; resolves to one measurement, in CPU seconds of each part that works. */
  readonly prepare: (size: number, directory: string) => Promise<Prepared>;
}
interface Prepared {
  readonly measure: () => Promise<Readonly<Record<string, number>>>;
  readonly stop?: () => Promise<void>;
}

const page: Subject = {
  name: 'a page of /metrics, by hooks (18 series each)',
  sizes: [10, 100, 1_000],
  prepare: async (hooks) => {
    const recorder = createRecorder({ instance: 'bench' });
    for (let hook = 0; hook < hooks; hook++) {
      const subject = {
        kind: 'hook',
        contentType: `api::t${hook}.t`,
        operation: 'afterUpdate',
        source: 'model',
      } as const;
      recorder.record(recorder.series(subject), { durationMs: 7, ownMs: 7, outcome: 'ok', queries: 1, queryMs: 1 });
    }
    const figures = {
      pid: 1,
      eventLoopLagMs: 0,
      heapUsedBytes: 1,
      heapLimitBytes: 1,
      residentBytes: 1,
      memoryLimitBytes: 1,
    };
    const nothing = { usage: undefined, jobs: undefined, pool: undefined, archive: undefined, http: [], flags: [] };
    const rest = {
      isComplete: true,
      seriesDropped: 0,
      process: { ...figures, cpuSeconds: 1 },
      version: '1',
      startedAt: 0,
    };
    const render = async () => {
      for (let times = 0; times < PAGES; times++) renderMetrics({ ...nothing, ...rest, counters: recorder.counters() });
    };
    return { measure: async () => ({ application: (await cpuOf(render)) / PAGES }) };
  },
};
const PAGES = 50;

/** Six hours of a scrape every four minutes. */
const WINDOW = { text: '6h', seconds: 21_600, stepSeconds: 240 };

const ofPrometheus = (name: string, shapeOf: (size: number) => { hooks: number; instances: number }): Subject => ({
  name,
  sizes: [10, 100, 1_000],
  async prepare(size, directory) {
    const service = await startPrometheus({ targets: [] }, pastOf(shapeOf(size)));
    const config = join(directory, 'prometheus.json');
    writeFileSync(config, JSON.stringify({ metrics: { source: 'prometheus', url: service.url, timeout: '2m' } }), {
      mode: 0o600,
    });
    const context = testContext({ configFlags: { config } });
    const ask = async () => {
      const { totalExecutions } = await context.api('performance', { window: WINDOW.text });
      if (totalExecutions === 0) throw new Error('Prometheus has no figures');
    };
    const measure = async () => {
      const before = await cpuOfPrometheus(service);
      const ours = await cpuOf(ask);
      return { 'viktoria-ops': ours, Prometheus: (await cpuOfPrometheus(service)) - before };
    };
    return { measure, stop: service.stop };
  },
});

async function cpuOfPrometheus({ url }: Service): Promise<number> {
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec((await get(`${url}/metrics`)).body)?.[1]);
}

function pastOf({ hooks, instances }: { readonly hooks: number; readonly instances: number }): string {
  const end = Math.floor(Date.now() / 1000);
  const families = new Map<string, string[]>();
  const series = (family: string, labels: string, valueAt: (index: number) => number) => {
    const lines = families.get(family) ?? [];
    families.set(family, lines);
    for (let index = 0; index * WINDOW.stepSeconds <= WINDOW.seconds; index++)
      lines.push(
        `${family}{job="${JOB}"${labels}} ${valueAt(index)} ${end - WINDOW.seconds + index * WINDOW.stepSeconds}`,
      );
  };
  const bounds = ['0.001', '0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2', '5', '10', '+Inf'];
  for (let instance = 0; instance < instances; instance++) {
    const at = `,instance="app-${instance}"`;
    series('process_start_time_seconds', at, () => end - 2 * WINDOW.seconds);
    for (let hook = 0; hook < hooks; hook++) {
      const labels = `${at},content_type="api::t${hook}.t",operation="afterUpdate",source="model"`;
      for (const bound of bounds)
        series('hook_execution_time_seconds_bucket', `${labels},le="${bound}"`, (index) => index * 10);
      for (const family of ['hook_execution_time_seconds_sum', 'hook_errors_total', 'hook_rejections_total'])
        series(family, labels, (index) => index);
    }
  }
  return [...families].map(([family, lines]) => `# TYPE ${family} unknown\n${lines.join('\n')}\n`).join('');
}

const environments: Subject = {
  name: 'config validate, by environments in one file',
  sizes: [1, 10, 100],
  async prepare(count, directory) {
    const names = Array.from({ length: count }, (_, index) => [
      `e${index}`,
      { app: { url: `http://10.0.0.${index}` } },
    ]);
    return program(directory, { environments: Object.fromEntries(names) }, ['config', 'validate']);
  },
};

const rules: Subject = {
  name: 'alerts check, by rules',
  sizes: [10, 100, 1_000],
  async prepare(count, directory) {
    const list = Array.from({ length: count }, (_, index) => ({
      name: `rule-${index}`,
      condition: `host.memoryUsage > 1.${index} or host.diskUsage > 2`,
      severity: 'warning',
      channels: [],
      cooldown: 300,
    }));
    return program(directory, { alerting: { defaultRules: false, rules: list } }, ['alerts', 'check', '--dry-run']);
  },
};

const ofDatabase = (
  name: string,
  sizes: readonly number[],
  { sql, argv }: { sql: (size: number) => string; argv: readonly string[] },
): Subject => ({
  name,
  sizes,
  async prepare(size, directory) {
    const server = await (serverOfThisRun ??= startPostgres({ settings: { max_locks_per_transaction: '1024' } }));
    const database = {
      host: server.host,
      port: server.port,
      user: server.user,
      sslmode: 'disable',
      database: 'scaling',
    };
    const admin = { ...database, database: 'postgres' };
    await execute(admin, ['drop database if exists scaling', 'create database scaling']);
    await execute(database, [sql(size), 'analyze']);
    return program(directory, { database, backup: { directory: join(directory, 'backups') } }, argv);
  },
});
let serverOfThisRun: Promise<PostgresServer> | undefined;

async function execute(
  { sslmode: _, ...connection }: Record<string, string | number>,
  statements: readonly string[],
): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

const tables = (count: number) =>
  `do $$ begin for n in 1..${count} loop
     execute format('create table t%s (id int primary key, a text)', n);
   end loop; end $$`;
const megabytes = (size: number) =>
  `create table events as select g as id, md5(g::text) || md5((g + 1)::text) as body, random() as value from generate_series(1, ${size * 8_500}) g`;

const subjects: readonly Subject[] = [
  page,
  ofPrometheus('performance from Prometheus, by hooks (16 series each)', (hooks) => ({ hooks, instances: 1 })),
  ofPrometheus('performance from Prometheus, 10 hooks, by series of instances', (size) => ({
    hooks: 10,
    instances: size / 10,
  })),
  environments,
  rules,
  ofDatabase('db health, by tables', [100, 1_000], { sql: tables, argv: ['db', 'health'] }),
  ofDatabase('db indexes, by tables', [100, 1_000], { sql: tables, argv: ['db', 'indexes'] }),
  ofDatabase('db health, by MB', [20, 200], { sql: megabytes, argv: ['db', 'health'] }),
  ofDatabase('db backup, by MB', [20, 200], { sql: megabytes, argv: ['db', 'backup'] }),
];

async function cpuOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  await turn();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Our program and what it starts, by GNU time. What it is about may be bad news: any end but a crash counts. */
async function program(directory: string, sections: object, argv: readonly string[]): Promise<Prepared> {
  const config = join(directory, 'config.json');
  const state = join(directory, 'state');
  writeFileSync(config, JSON.stringify({ stateDirectory: state, ...sections }), { mode: 0o600 });
  const binary = join(packageRoot(), 'bin', 'viktoria-ops.js');
  const measure = async () => {
    const child = spawn(
      '/usr/bin/time',
      ['-q', '-f', 'cpu %U %S', process.execPath, binary, ...argv, '--config', config],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { PATH: process.env.PATH, HOME: directory },
      },
    );
    let text = '';
    for await (const chunk of child.stderr) text += chunk;
    const [, user, system] = /cpu (\S+) (\S+)/.exec(text) ?? [];
    if (user === undefined || text.includes('VOPS-INTERNAL')) throw new Error(text);
    return { 'viktoria-ops': Number(user) + Number(system) };
  };
  return { measure };
}

const TIMES = 3;

function medianOf(measured: readonly Readonly<Record<string, number>>[], part: string): number {
  return (
    measured.map((one) => one[part] ?? Number.NaN).sort((a, b) => a - b)[Math.floor(measured.length / 2)] ?? Number.NaN
  );
}

async function measureAll({ name, sizes, prepare }: Subject): Promise<void> {
  const rows = new Map<string, number[]>();
  for (const size of sizes) {
    const directory = mkdtempSync(join(tmpdir(), 'vo-scaling-'));
    const { measure, stop } = await prepare(size, directory);
    const measured = [];
    await measure(); // the first warms up what is warm in practice
    for (let time = 0; time < TIMES; time++) measured.push(await measure());
    for (const part of Object.keys(measured[0] ?? {}))
      rows.set(part, [...(rows.get(part) ?? []), medianOf(measured, part)]);
    await stop?.();
    rmSync(directory, { recursive: true, force: true });
  }
  for (const [part, seconds] of rows) {
    const [before = 0, last = 0] = seconds.slice(-2);
    const [fewer = 1, more = 1] = sizes.slice(-2);
    const exponent = Math.log(last / before) / Math.log(more / fewer);
    const figures = seconds.map((value, index) => `${sizes[index]}: ${value.toPrecision(2)} s`).join(', ');
    process.stdout.write(`${name} | ${part} | ${figures} | ${exponent.toFixed(2)}\n`);
  }
}

const wanted = process.argv.slice(2);
try {
  for (const subject of subjects) {
    if (wanted.length === 0 || wanted.some((word) => subject.name.includes(word))) await measureAll(subject);
  }
} finally {
  await (await serverOfThisRun)?.stop();
}
