/**
 * `npm run bench:scaling [-- name …]`: how cost grows with the work, for docs/scaling.md. CPU seconds, the median of three,
 * at 1×, 10× and where it is cheap 100×; the exponent is between the last two. Wall clocks of a shared machine say less.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

interface Scraped {
  readonly hooks: number;
  readonly instances: number;
  /** Times each was scraped in the window. */
  readonly scrapes: number;
}
const WINDOW = { text: '6h', seconds: 21_600 };
const FEW = { hooks: 10, instances: 1, scrapes: 90 } as const;

const ofPrometheus = (name: string, sizes: readonly number[], shapeOf: (size: number) => Scraped): Subject => ({
  name: `performance from Prometheus, ${name}`,
  sizes,
  async prepare(size, directory) {
    const service = await startPrometheus({ targets: [] }, pastOf(shapeOf(size)));
    const config = join(directory, 'prometheus.json');
    const metrics = { source: 'prometheus', url: service.url, timeout: '2m' };
    writeFileSync(config, JSON.stringify({ metrics }), { mode: 0o600 });
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

function pastOf({ hooks, instances, scrapes }: Scraped): string {
  const end = Math.floor(Date.now() / 1000);
  const stepSeconds = WINDOW.seconds / scrapes;
  const families = new Map<string, string[]>();
  const series = (family: string, labels: string, valueAt: (index: number) => number) => {
    const lines = families.get(family) ?? [];
    families.set(family, lines);
    for (let index = 0; index <= scrapes; index++)
      lines.push(`${family}{job="${JOB}"${labels}} ${valueAt(index)} ${end - WINDOW.seconds + index * stepSeconds}`);
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
  name: 'errors count --env all, by backends',
  sizes: [1, 10, 100],
  async prepare(count, directory) {
    const backend = createServer((_, response) => response.setHeader('content-type', 'application/json').end('0'));
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
    const names = Array.from({ length: count }, (_, index) => [`e${index}`, { app: { url } }]);
    const sections = { environments: Object.fromEntries(names) };
    const { measure } = await program(directory, sections, ['errors', 'count', '--env', 'all']);
    return { measure, stop: async () => void backend.close() };
  },
};

/** Without a backend there is no verdict on it, but one on every rule. */
const ALERTS = ['alerts', 'check', '--dry-run'];
const ENDS: Readonly<Record<string, readonly number[]>> = { [ALERTS.join(' ')]: [4] };

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
    return program(directory, { alerting: { defaultRules: false, rules: list } }, ALERTS);
  },
};

const ofDatabase = (
  name: string,
  sizes: readonly number[],
  { sql, first, argv }: { sql: (size: number) => string; first?: readonly string[]; argv: readonly string[] },
): Subject => ({
  name,
  sizes,
  async prepare(size, directory) {
    const server = await (serverOfThisRun ??= startPostgres({ settings: { max_locks_per_transaction: '1024' } }));
    const database = { host: server.host, port: server.port, user: server.user, database: 'scaling' };
    const admin = { ...database, database: 'postgres' };
    await execute(admin, ['drop database if exists scaling', 'create database scaling']);
    await execute(database, [sql(size), 'analyze']);
    const sections = { database, backup: { directory: join(directory, 'backups') } };
    if (first) await (await program(directory, sections, first)).measure();
    return program(directory, sections, argv);
  },
});
let serverOfThisRun: Promise<PostgresServer> | undefined;

async function execute(connection: pg.ClientConfig, statements: readonly string[]): Promise<void> {
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
  ofPrometheus('by hooks (16 series each)', [10, 100, 1_000], (hooks) => ({ ...FEW, hooks })),
  ofPrometheus('10 hooks, by instances', [1, 10, 100], (instances) => ({ ...FEW, instances })),
  ofPrometheus('10 hooks, by scrapes in the window', [90, 900, 9_000], (scrapes) => ({ ...FEW, scrapes })),
  environments,
  rules,
  ofDatabase('db health, by tables', [100, 1_000], { sql: tables, argv: ['db', 'health'] }),
  ofDatabase('db indexes, by tables', [100, 1_000], { sql: tables, argv: ['db', 'indexes'] }),
  ofDatabase('db health, by MB', [100, 1_000], { sql: megabytes, argv: ['db', 'health'] }),
  ofDatabase('db backup, by MB', [100, 1_000], { sql: megabytes, argv: ['db', 'backup'] }),
  ofDatabase('backup verify, by MB', [100, 1_000], {
    sql: megabytes,
    first: ['db', 'backup'],
    argv: ['backup', 'verify'],
  }),
];

async function cpuOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  await turn();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Our program and what it starts, by GNU time. It may find something; it must not fail to look. */
async function program(directory: string, sections: object, argv: readonly string[]): Promise<Prepared> {
  const config = join(directory, 'config.json');
  const state = join(directory, 'state');
  writeFileSync(config, JSON.stringify({ stateDirectory: state, app: { root: directory }, ...sections }), {
    mode: 0o600,
  });
  const command = [process.execPath, join(packageRoot(), 'bin', 'viktoria-ops.js'), ...argv, '--config', config];
  const measure = async () => {
    const child = spawn('/usr/bin/time', ['-f', 'spent %U %S %e', ...command], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, HOME: directory },
    });
    const ended = once(child, 'exit');
    let text = '';
    for await (const chunk of child.stderr) text += chunk;
    const [code] = await ended;
    const [, user, system, elapsed] = /spent (\S+) (\S+) (\S+)/.exec(text) ?? [];
    if (!(ENDS[argv.join(' ')] ?? [0, 1]).includes(code))
      throw new Error(`${argv.join(' ')} ended with ${code}: ${text}`);
    return { 'viktoria-ops': Number(user) + Number(system), 'by the clock': Number(elapsed) };
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
