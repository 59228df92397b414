/** What is measured, each against what an operator would run instead. */
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareDatabase, startBackend } from '../../src/lib/demo/backend.js';
import { createDatabase } from '../../src/lib/demo/create-database.js';
import { type PostgresServer, startPostgres } from '../../src/lib/demo/postgres.js';
import { sendTraffic } from '../../src/lib/demo/traffic.js';
import { packageRoot } from '../../src/lib/package.js';
import { alertRules } from './alert-rules.js';
import { backups } from './backups.js';
import { capacity } from './capacity.js';
import { environments } from './environments.js';
import { writeJsonLog } from './json-log.js';
import { analysis } from './logs.js';
import { type Comparison, type Program, peakMemory, runAll } from './measure.js';
import { monitor } from './monitor.js';

const node = process.execPath;
const program = join(packageRoot(), 'bin', 'viktoria-ops.js');
const API = '/api/hook-monitoring';
/** The reference: 853 MB, 4 million lines. */
const LOG_LINES = 4_000_000;

interface Place {
  readonly directory: string;
  readonly url: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logs: string;
}

/** The comparisons asked for (all when none is), on a backend of their own; `stop` takes it down. */
export async function comparisons(
  wanted: readonly string[],
): Promise<{ list: Comparison[]; stop: () => Promise<void> }> {
  const directory = mkdtempSync(join(tmpdir(), 'viktoria-ops-bench-'));
  const closers: (() => Promise<void>)[] = [async () => rmSync(directory, { recursive: true, force: true })];
  const stop = async () => {
    for (const close of closers.reverse()) await close();
  };
  try {
    const server = await startPostgres();
    closers.push(server.stop);
    const place = await startPlace(directory, server, closers);
    const all = [
      ...startUp(),
      ...againstBackend(place),
      ...alertRules({ ...place, ours }),
      ...rotation(directory),
      ...analysis({ directory, lines: LOG_LINES, ours }),
      ...monitor(),
      ...backups({ directory, server, ours }),
      ...capacity({ directory, ours }),
      ...(await environments({ directory, ours }, closers)),
    ];
    return { list: all.filter(({ id }) => wanted.length === 0 || wanted.includes(id)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startPlace(directory: string, server: PostgresServer, closers: (() => Promise<void>)[]): Promise<Place> {
  const database = { host: server.host, port: server.port, user: 'strapi', database: 'viktoria_wertheim' };
  await createDatabase(server, { role: database.user, database: database.database });
  await prepareDatabase(database);
  const logs = join(directory, 'logs');
  mkdirSync(logs);
  const backend = await startBackend({ pg: database, port: 0, logDirectory: logs });
  closers.push(backend.stop);
  await sendTraffic({ url: backend.url, seed: 1, requests: 200, signal: new AbortController().signal });
  const config = { app: { url: backend.url, root: directory }, database, stateDirectory: join(directory, 'state') };
  writeFileSync(join(directory, '.monitoringrc.json'), JSON.stringify(config));
  const { host, port, user } = database;
  const pg = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGDATABASE: database.database };
  const env = {
    PATH: process.env.PATH,
    HOME: directory,
    VIKTORIA_OPS_CONFIG: join(directory, '.monitoringrc.json'),
    ...pg,
  };
  return { directory, url: backend.url, env, logs };
}

const ours = (...args: string[]): Program => ({ file: node, args: [program, ...args] });
const nodeAlone: Program = { file: node, args: ['-e', '0'] };

function startUp(): Comparison[] {
  const against = (id: string, bar: number, ...args: string[]): Comparison => ({
    id,
    what: `${args.join(' ')} / node -e 0`,
    bar,
    pairs: 15,
    ours: () => runAll([ours(...args)]),
    theirs: () => runAll([nodeAlone]),
  });
  return [against('P1', 1.25, '--version'), against('P2', 1.5, '--help'), against('P2b', 1.5, 'help', 'db', 'health')];
}

function againstBackend({ url, env, logs }: Place): Comparison[] {
  const curl = (route: string): Program => ({
    file: 'curl',
    args: ['-fsS', '-o', '/dev/null', `${url}${API}${route}`],
  });
  const psql: Program = { file: 'psql', args: ['-X', '-q', '-c', 'select 1'], env };
  const find = (...args: string[]): Program => ({ file: 'find', args: [logs, ...args] });
  // Bad news from the sample's deliberate faults (1, 3) is an answer too.
  const done = [0, 1, 3];
  return [
    {
      id: 'P3',
      what: 'health / curl + psql + node -e 0',
      bar: 1,
      pairs: 15,
      ours: () => runAll([{ ...ours('health'), env, ok: done }]),
      theirs: () => runAll([curl('/health'), psql, nodeAlone]),
    },
    {
      id: 'P4',
      what: 'maintenance daily / the same work by 4 curl, psql, 2 node, 2 find',
      bar: 1,
      pairs: 15,
      ours: () => runAll([{ ...ours('maintenance', 'daily'), env, ok: done }]),
      theirs: () =>
        runAll([
          curl('/health'),
          nodeAlone,
          curl('/performance'),
          curl('/errors/count/24h'),
          psql,
          curl('/jobs/queue/size'),
          find('-name', '*.log', '-size', '+100M'),
          find('-name', '*.gz', '-mtime', '+7', '-delete'),
          nodeAlone,
        ]),
    },
  ];
}

function rotation(directory: string): Comparison[] {
  const logs = join(directory, 'rotate');
  const source = join(directory, 'source.log');
  const config = join(directory, 'rotate.json');
  const rotate = (compression: string) => ({
    ...ours('logs', 'rotate'),
    env: { PATH: process.env.PATH, HOME: directory, VIKTORIA_OPS_CONFIG: config },
    prepare: () => {
      const settings = {
        stateDirectory: join(directory, 'state'),
        logs: { directory: logs, rotateAbove: '1MB', compression },
      };
      writeFileSync(config, JSON.stringify(settings));
    },
  });
  const copy = () => join(logs, 'app.log');
  let written = false;
  const prepare = (compression: string) => () => {
    if (!written) writeJsonLog(source, LOG_LINES);
    written = true;
    rmSync(logs, { recursive: true, force: true });
    mkdirSync(logs);
    copyFileSync(source, copy());
    // Else our fsync pays for the copy's dirty pages, which the rival deletes unwritten.
    const file = openSync(copy(), 'r');
    fsyncSync(file);
    closeSync(file);
    rotate(compression).prepare();
  };
  const against = (id: string, compression: string, rival: Omit<Comparison, 'id' | 'ours'>): Comparison => ({
    id,
    ...rival,
    pairs: 7,
    prepare: prepare(compression),
    ours: async () => {
      await runAll([rotate(compression)]);
      if (!readdirSync(logs).some((name) => /\.(zst|gz)$/.test(name))) throw new Error('nothing was rotated');
    },
    peakMegabytes: { bar: 120, measure: () => peakMemory(rotate(compression)) },
  });
  return [
    against('P7', 'zstd', {
      what: 'logs rotate of 853 MB, verified / zstd -3 -T2',
      bar: 1.5,
      theirs: () => runAll([{ file: 'zstd', args: ['-3', '-T2', '-q', '-f', '--rm', copy()] }]),
    }),
    against('P7b', 'gzip', {
      what: 'logs rotate of 853 MB in Node alone, verified / gzip',
      bar: 1 / 1.4,
      theirs: () => runAll([{ file: 'gzip', args: ['-f', copy()] }]),
    }),
  ];
}
