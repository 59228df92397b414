/** The demonstration: a real PostgreSQL, a real backend under real traffic, and the daily maintenance run against them. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { abortReason } from '../errors.js';
import { packageRoot } from '../package.js';
import { conclude, type Outcome } from '../status.js';

export const DemoFlags = z.object({ keep: z.boolean().default(false) });

const Count = z.number().int().min(0);
export const DemoResult = z.object({
  /** Lines of the daily run's report. */
  report: z.array(z.string()),
  /** Exit code of the daily run. */
  exitCode: z.number().int(),
  url: z.string(),
  database: z.object({ host: z.string(), port: z.number(), user: z.string(), database: z.string() }),
  traffic: z.object({ requests: Count, succeeded: Count, refused: Count, failed: Count }),
  /** Holds the configuration, logs, state and backups; removed at the end. */
  directory: z.string(),
  /** Commands to try while it stays up; none when it is gone by then. */
  commands: z.array(z.string()),
});
export type DemoResult = z.infer<typeof DemoResult>;

type DemoContext = Pick<Context, 'env' | 'exec' | 'signal' | 'progress' | 'onDispose'>;

const REQUESTS = 400;
const SEED = 2026;
const DAILY_TIMEOUT_MS = 5 * 60_000;
/** Good, bad and mixed news: each is an answer. */
const ANSWERS = [0, 1, 3] as const;

/**
 * Runs the demonstration in one temporary directory. Everything it starts is stopped and removed at the end, also after a
 * signal; with `keep` the end is the signal.
 */
export async function demo(context: DemoContext, { keep }: z.infer<typeof DemoFlags>): Promise<Outcome<DemoResult>> {
  const place = await createPlace(context);
  const database = await stage(context, 'database', () => startDatabase(context));
  const url = await stage(context, 'backend', () => startSample(context, { database, place }));
  const traffic = await stage(context, 'traffic', () => sendRequests(context, url));
  const config = await writeConfig(place, { url, database });
  const daily = await stage(context, 'maintenance daily', () => runDaily(context, config));
  // The last to be registered is the first to close: all stays up until the signal, after the report.
  if (keep) context.onDispose(() => untilAborted(context.signal));
  const commands = keep ? commandsToTry(url, config) : [];
  return conclude({ ...daily, url, database, traffic, directory: place.root, commands });
}

interface Place {
  readonly root: string;
  readonly app: string;
  readonly logs: string;
}

/** A directory only we can enter. */
async function createPlace({ env, onDispose }: DemoContext): Promise<Place> {
  const root = await mkdtemp(join(env.TMPDIR ?? tmpdir(), 'viktoria-ops-demo-'));
  onDispose(() => rm(root, { recursive: true, force: true, maxRetries: 3 }));
  const app = join(root, 'backend');
  const logs = join(app, 'logs');
  for (const directory of [logs, join(app, 'config')]) await mkdir(directory, { recursive: true });
  return { root, app, logs };
}

/** One part of the work; none begins after a signal. */
async function stage<T>({ signal, progress }: DemoContext, name: string, work: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw abortReason(signal);
  progress.start(name);
  const result = await work();
  progress.finish(name, name);
  return result;
}

type Connection = DemoResult['database'];
const ROLE = 'strapi';
const DATABASE = 'viktoria_wertheim';

async function startDatabase({ onDispose }: DemoContext): Promise<Connection> {
  const { startPostgres } = await import('./postgres.js');
  const server = await startPostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' } });
  onDispose(server.stop);
  const { createDatabase } = await import('./create-database.js');
  const { host, port, user } = server;
  await createDatabase({ host, port, user }, { role: ROLE, database: DATABASE });
  return { host, port, user: ROLE, database: DATABASE };
}

async function startSample(
  { onDispose }: DemoContext,
  { database, place }: { database: Connection; place: Place },
): Promise<string> {
  const { prepareDatabase, startBackend } = await import('./backend.js');
  await prepareDatabase(database);
  const settings = { pg: database, port: 0, logDirectory: place.logs, operatorStatusFile: statusFileIn(place) };
  await writeFile(join(place.app, 'config', 'backend.json'), `${JSON.stringify(settings, null, 2)}\n`);
  // No secret: this host alone is answered, so that plain curl works as it does in any guide.
  const backend = await startBackend(settings);
  onDispose(backend.stop);
  return backend.url;
}

async function sendRequests({ signal }: DemoContext, url: string): Promise<DemoResult['traffic']> {
  const { sendTraffic } = await import('./traffic.js');
  return sendTraffic({ url, seed: SEED, requests: REQUESTS, signal });
}

/** How the page learns what the operator's side knows. */
const statusFileIn = ({ root }: Place): string => join(root, 'status.json');

async function writeConfig(place: Place, { url, database }: { url: string; database: Connection }): Promise<string> {
  const file = join(place.root, '.monitoringrc.json');
  const config = {
    app: { url, root: place.app },
    database: { ...database, sslmode: 'disable' },
    // Small enough that there is something to rotate.
    logs: { rotateAbove: '10KB' },
    backup: { directory: join(place.root, 'backups') },
    integrity: { preset: 'football' },
    monitoring: { operatorStatusFile: statusFileIn(place) },
    stateDirectory: join(place.root, 'state'),
  };
  await writeFile(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  return file;
}

/** As much of the daily run's document as we need. */
const RunOfDaily = z.object({ result: z.object({ reportFile: z.string() }) });

async function runDaily({ exec }: DemoContext, config: string): Promise<Pick<DemoResult, 'report' | 'exitCode'>> {
  const program = join(packageRoot(), 'bin', 'viktoria-ops.js');
  const args = [program, 'maintenance', 'daily', '--json', '--config', config];
  const options = { timeoutMs: DAILY_TIMEOUT_MS, okExitCodes: ANSWERS };
  const { stdout, exitCode } = await exec(process.execPath, args, options);
  const { result } = RunOfDaily.parse(JSON.parse(stdout));
  return { report: (await readFile(result.reportFile, 'utf8')).trimEnd().split('\n'), exitCode };
}

function commandsToTry(url: string, config: string): string[] {
  return [
    `viktoria-ops monitoring publish --config ${config}   # then open ${url}/admin/monitoring`,
    `viktoria-ops performance summary --config ${config}`,
    `viktoria-ops db health --config ${config}`,
    `viktoria-ops integrity check --config ${config}`,
    `viktoria-ops kpi --config ${config}`,
    `curl ${url}/api/hook-monitoring/performance/bottlenecks`,
  ];
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    // Nothing else may be left that keeps the process alive.
    const timer = setInterval(() => undefined, 60_000);
    const end = () => {
      clearInterval(timer);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
  });
}
