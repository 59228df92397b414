/** One monitor in one Strapi instance: what was put into it, and how it is taken out again. */
import { join } from 'node:path';

import { type Configuration, type Controls, createHttpMetrics, createMonitor, type Monitor } from '../monitor/index.js';
import { packageVersion } from '../package.js';
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
  const root = strapi.dirs?.app?.root ?? process.cwd();
  const http = createHttpMetrics();
  const caches = new Map<string, () => unknown>();
  const monitor = createMonitor({
    application: applicationOf(strapi),
    checks: db?.connection ? [databaseCheck(db.connection)] : [],
    postgres: connectionSettings(strapi),
    jobs: options.jobs,
    resolveFrom: `${root}/package.json`,
    pool: () => db?.connection && poolStatus(db.connection),
    http,
    activity: () => ({ requests: http.answered(), activeUsers: http.inFlight() }),
    diskPath: root,
    flagsFile: join(strapi.dirs?.app?.config ?? join(root, 'config'), FLAGS_FILE),
    controls: { caches, setLogLevel: logLevelOf(strapi) },
    ...configured(strapi),
    version: packageVersion(),
    ...(db ? { watchTransaction: transactionsOf(db) } : {}),
    ...secretsOf(options),
    onError: (error) => strapi.log.warn(`hook-monitoring: ${error instanceof Error ? error.message : String(error)}`),
    onNotice: (message) => strapi.log.warn(`hook-monitoring: ${message}`),
  });
  const undo: (() => void)[] = [];
  const missing: string[] = [];
  /** What another version of Strapi does not have, or has otherwise, is left out and said. */
  const attempt = (what: string, put: () => (() => void) | undefined) => {
    try {
      const taken = put();
      if (taken) return void undo.push(taken);
    } catch {
      // Said below: the application starts without it.
    }
    missing.push(what);
    monitor.recorder.miss();
  };

  attempt('HTTP requests', () => {
    if (!server?.use) return undefined;
    const { middleware, stop } = watchRequests(monitor, http);
    server.use(middleware);
    return stop;
  });
  attempt('subscribers', () => db && watchSubscribers(db, monitor, root));
  let isStarted = false;
  return {
    monitor,
    caches,
    start() {
      if (isStarted) return;
      isStarted = true;
      attempt('lifecycle hooks', () => db && watchModels(db, monitor));
      attempt('document actions', () => watchDocuments(strapi, monitor));
      attempt('SQL', () => db?.connection && watchQueries(db.connection, monitor.tracer));
      attempt('features', () => watchFeatures(strapi, monitor.flags));
      if (missing.length > 0) {
        strapi.log.warn(`hook-monitoring: partial: this Strapi does not let us watch its ${missing.join(', ')}`);
      }
      monitor.start();
    },
    async stop() {
      for (const take of undo.splice(0).reverse()) take();
      await monitor.stop();
    },
  };
}

/** In the application's `config/`. */
const FLAGS_FILE = 'feature-flags.json';

const secretsOf = ({ secret, actionsSecret }: MonitoringOptions) => ({
  ...(secret === undefined ? {} : { secret }),
  ...(actionsSecret === undefined ? {} : { actionsSecret }),
});

function configured(strapi: StrapiLike): { configuration?: Configuration } {
  const configuration = configurationOf(strapi);
  return configuration ? { configuration } : {};
}

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
