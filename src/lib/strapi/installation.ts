/** One monitor in one Strapi instance: what was put into it, and how it is taken out again. */
import { join } from 'node:path';
import {
  activeClients,
  atMostEvery,
  type Controls,
  createHttpMetrics,
  createMonitor,
  type Monitor,
} from '../monitor/index.js';
import { packageVersion } from '../package.js';
import { administratorsOf, pagePathOf } from './administrators.js';
import { configurationOf } from './configuration.js';
import { connectionSettings, databaseCheck, poolStatus } from './database.js';
import { watchDocuments } from './documents.js';
import { watchFeatures } from './features.js';
import { watchModels, watchSubscribers } from './hooks.js';
import { watchRequests } from './http.js';
import type { MonitoringOptions } from './options.js';
import { watchQueries } from './queries.js';
import type { StrapiLike } from './shapes.js';
import { transactionsOf } from './transactions.js';

export interface Installation {
  readonly monitor: Monitor;
  /** What `POST /actions/clear-caches` clears, by name. */
  readonly caches: Map<string, () => unknown>;
  /** What needs the content types, the database, or a running application. A second call does nothing. */
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** Puts in what must be there before anything else: the outermost middleware, and the ear for subscribers. */
export function install(strapi: StrapiLike, options: MonitoringOptions): Installation {
  const { db, server } = strapi;
  const http = createHttpMetrics();
  const caches = new Map<string, () => unknown>();
  const clients = activeClients();
  const activity = () => ({ requests: http.answered(), activeUsers: clients.count() });
  const controls = { caches, setLogLevel: logLevelOf(strapi) };
  const monitor = createMonitor({ ...settingsOf(strapi, options), http, activity, controls });
  const attempts = createAttempts(() => monitor.recorder.miss());

  attempts.put('HTTP requests', () => {
    if (!server?.use) return undefined;
    const { middleware, stop } = watchRequests(monitor, { http, clients, pagePath: pagePathOf(strapi) });
    server.use(middleware);
    return stop;
  });
  attempts.put('subscribers', () => db && watchSubscribers(db, monitor, rootOf(strapi)));
  let isStarted = false;
  return {
    monitor,
    caches,
    start() {
      if (isStarted) return;
      isStarted = true;
      attempts.put('lifecycle hooks', () => db && watchModels(db, monitor));
      attempts.put('document actions', () => watchDocuments(strapi, monitor));
      attempts.put('SQL', () => db?.connection && watchQueries(db.connection, monitor.tracer));
      if (strapi.features) attempts.put('features', () => watchFeatures(strapi, monitor.flags));
      const missing = attempts.missing().join(', ');
      if (missing) strapi.log.warn(`hook-monitoring: partial: this Strapi does not let us watch its ${missing}`);
      monitor.start();
    },
    async stop() {
      attempts.takeOut();
      await monitor.stop();
    },
  };
}

/** What another version of Strapi does not have, or has otherwise, is left out; the application starts without it. */
function createAttempts(onMissing: () => void) {
  const undo: (() => void)[] = [];
  const missing: string[] = [];
  const tried = (put: () => (() => void) | undefined) => {
    try {
      return put();
    } catch {
      return undefined;
    }
  };
  return {
    put(what: string, put: () => (() => void) | undefined) {
      const takeOut = tried(put);
      if (takeOut) return void undo.push(takeOut);
      missing.push(what);
      onMissing();
    },
    missing: () => missing,
    takeOut() {
      for (const takeOut of undo.splice(0).reverse()) takeOut();
    },
  };
}

const rootOf = ({ dirs }: StrapiLike): string => dirs?.app?.root ?? process.cwd();

function settingsOf(strapi: StrapiLike, options: MonitoringOptions) {
  const { db, log, dirs } = strapi;
  const root = rootOf(strapi);
  const configuration = configurationOf(strapi);
  return {
    ...options,
    application: applicationOf(strapi),
    administrators: administratorsOf(strapi),
    checks: db?.connection ? [databaseCheck(db.connection)] : [],
    postgres: connectionSettings(strapi),
    resolveFrom: join(root, 'package.json'),
    pool: () => db?.connection && poolStatus(db.connection),
    diskPath: root,
    flagsFile: join(dirs?.app?.config ?? join(root, 'config'), FLAGS_FILE),
    ...(configuration ? { configuration } : {}),
    ...(db ? { watchTransaction: transactionsOf(db) } : {}),
    version: packageVersion(),
    // With the database down every scrape would say so.
    onError: atMostEvery(60_000, (error: unknown) =>
      log.warn(`hook-monitoring: ${error instanceof Error ? error.message : String(error)}`),
    ),
    onNotice: (message: string) => log.warn(`hook-monitoring: ${message}`),
  };
}

/** In the application's `config/`. */
const FLAGS_FILE = 'feature-flags.json';

/** Undefined where the log has no level to be set. */
function logLevelOf({ log }: StrapiLike): Controls['setLogLevel'] {
  const usual = log.level;
  if (usual === undefined) return undefined;
  return (level) => {
    log.level = level ?? usual;
  };
}

function applicationOf({ config, server }: StrapiLike) {
  const text = (path: string, fallback: string) => String(config.get(path, fallback));
  return {
    version: text('info.version', '0.0.0'),
    environment: text('environment', process.env.NODE_ENV ?? 'development'),
    startedAt: new Date(Date.now() - Math.round(process.uptime() * 1000)),
    activeConnections: () =>
      new Promise<number>((resolve) => {
        if (!server?.httpServer) return resolve(0);
        server.httpServer.getConnections((_error, count) => resolve(count ?? 0));
      }),
  };
}
