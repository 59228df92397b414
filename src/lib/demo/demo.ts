/** The demonstration: a real PostgreSQL, a real backend under real traffic, and the daily maintenance run against them. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Context } from '../context.js';
import { abortReason } from '../errors.js';
import { packageRoot } from '../package.js';
import { findProgram } from '../process/index.js';
import { shellWord } from '../shell-word.js';
import { conclude, type Outcome } from '../status.js';
import { Duration } from '../units.js';
import { Planted } from './history/chapter.js';
import { type Connection, createPlace, FLAGS_FILE, type Place, statusFileIn, writeConfig } from './place.js';

/** Long enough for all that is planted; as long as the archive keeps days. */
const HISTORY_DAYS = { least: 30, most: 400 } as const;
const DAY_MS = 86_400_000;

export const DemoFlags = z.object({
  keep: z.boolean().default(false),
  history: Duration.refine((length) => length >= HISTORY_DAYS.least * DAY_MS && length <= HISTORY_DAYS.most * DAY_MS, {
    error: `expected ${HISTORY_DAYS.least}d to ${HISTORY_DAYS.most}d`,
  }).optional(),
  seed: z.coerce.number().int().min(0).max(2_147_483_646).default(2026),
});
type DemoFlags = z.output<typeof DemoFlags>;

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
  /** What the history holds for commands to find; none without one. */
  planted: z.array(Planted),
  /** Commands to try while it stays up; none when it is gone by then. */
  commands: z.array(z.string()),
});
export type DemoResult = z.infer<typeof DemoResult>;

type DemoContext = Pick<Context, 'env' | 'exec' | 'signal' | 'progress' | 'onDispose'>;

const REQUESTS = 400;
const DAILY_TIMEOUT_MS = 5 * 60_000;
/** Good, bad and mixed news: each is an answer. */
const ANSWERS = [0, 1, 3] as const;

/**
 * Runs the demonstration in one temporary directory. Everything it starts is stopped and removed at the end, also after a
 * signal; with `keep` the end is the signal.
 */
export async function demo(context: DemoContext, { keep, history, seed }: DemoFlags): Promise<Outcome<DemoResult>> {
  const place = await createPlace(context);
  const database = await stage(context, 'database', () => startDatabase(context));
  const days = history === undefined ? undefined : Math.floor(history / DAY_MS);
  const planted =
    days === undefined
      ? []
      : await stage(context, 'history', () => writePast(context, { place, database, days, seed }));
  const url = await stage(context, 'backend', () => startSample(context, { database, place }));
  const traffic = await stage(context, 'traffic', () => sendRequests(context, url, seed));
  const config = await writeConfig(place, { url, database, days });
  const daily = await stage(context, 'maintenance daily', () => runDaily(context, config));
  // The last to be registered is the first to close: all stays up until the signal, after the report.
  if (keep) context.onDispose(() => untilAborted(context.signal));
  const commands = keep ? await commandsToTry(context, { url, config, planted }) : [];
  return conclude({ ...daily, url, database, traffic, directory: place.root, planted: [...planted], commands });
}

/** One part of the work; none begins after a signal. */
async function stage<T>({ signal, progress }: DemoContext, name: string, work: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw abortReason(signal);
  progress.start(name);
  const result = await work();
  progress.finish(name, name);
  return result;
}

const ROLE = 'strapi';
const DATABASE = 'viktoria_wertheim';

async function startDatabase({ onDispose }: DemoContext): Promise<Connection> {
  const { startPostgres } = await import('./postgres.js');
  const server = await startPostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' } });
  onDispose(server.stop);
  const { createDatabase } = await import('./create-database.js');
  const { host, port, user } = server;
  await createDatabase({ host, port, user }, { role: ROLE, database: DATABASE });
  const connection = { host, port, user: ROLE, database: DATABASE };
  const { prepareDatabase } = await import('./backend.js');
  await prepareDatabase(connection);
  return connection;
}

interface Past {
  readonly place: Place;
  readonly database: Connection;
  readonly days: number;
  readonly seed: number;
}

/** Before the backend starts on it. */
async function writePast({ signal, progress }: DemoContext, past: Past): Promise<Planted[]> {
  const { plantHistory } = await import('./history/plant.js');
  return plantHistory({ ...past, signal, onChapter: (text) => progress.update('history', { share: null, text }) });
}

async function startSample(
  { onDispose }: DemoContext,
  { database, place }: { database: Connection; place: Place },
): Promise<string> {
  const { startBackend } = await import('./backend.js');
  const flagsFile = join(place.app, FLAGS_FILE);
  const operatorStatusFile = statusFileIn(place.root);
  const settings = { pg: database, port: 0, logDirectory: place.logs, flagsFile, operatorStatusFile };
  await writeFile(join(place.app, 'config', 'backend.json'), `${JSON.stringify(settings, null, 2)}\n`);
  // No secret: this host alone is answered, so that plain curl works as it does in any guide.
  const { createHttpMetrics } = await import('../monitor/index.js');
  const backend = await startBackend({ ...settings, http: createHttpMetrics() });
  onDispose(backend.stop);
  return backend.url;
}

async function sendRequests({ signal }: DemoContext, url: string, seed: number): Promise<DemoResult['traffic']> {
  const { sendTraffic } = await import('./traffic.js');
  return sendTraffic({ url, seed, requests: REQUESTS, signal });
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

interface Standing {
  readonly url: string;
  readonly config: string;
  readonly planted: readonly Planted[];
}

/** What finds something of the past where there is one, else a look around; as it must be typed, installed or not. */
async function commandsToTry({ env }: DemoContext, { url, config, planted }: Standing): Promise<string[]> {
  const found = planted.length > 0 ? planted.map(({ command }) => command) : LOOK_AROUND;
  const isInstalled = (await findProgram('viktoria-ops', env.PATH)) !== undefined;
  const program = isInstalled ? 'viktoria-ops' : `node ${shellWord(join(packageRoot(), 'bin', 'viktoria-ops.js'))}`;
  return [
    ...[...new Set(found)].map((command) => `${program} ${command} --config ${config}`),
    `curl ${url}/api/hook-monitoring/performance/bottlenecks`,
  ];
}

const LOOK_AROUND = ['monitoring publish', 'performance summary', 'db health', 'integrity check', 'kpi'] as const;

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
