/** The sample backend: a football league behind HTTP, with hooks that really run and a monitor that really watches. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { API_PREFIX } from '../contract/index.js';
import { activeClients, createMonitor, type HealthCheck, type HttpMetrics, type Monitor } from '../monitor/index.js';
import { packageVersion } from '../package.js';
import { createContentApi } from './content-api.js';
import { createEntities, type Entities } from './entities.js';
import { JOB_QUERIES, startWorker } from './jobs.js';
import { registerLifecycles } from './lifecycles.js';
import { type BackendLog, createLog, requestMessage } from './log.js';
import { RECALCULATE_STANDINGS, SCHEMA, SEED } from './schema.js';

export interface BackendOptions {
  readonly pg: { readonly host: string; readonly port: number; readonly user: string; readonly database: string };
  /** An address of this host; 127.0.0.1 unless said. */
  readonly host?: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Bearer secret of the monitoring routes; without one only this host is answered. */
  readonly secret?: string;
  /** Bearer secret of the routes that change something; without one nothing can be changed. */
  readonly actionsSecret?: string;
  /** An existing directory. */
  readonly logDirectory: string;
  /** What `viktoria-ops monitoring publish` writes, for the page. */
  readonly operatorStatusFile?: string;
  /** Of feature flags; need not exist. */
  readonly flagsFile?: string;
  /** Counts requests by route. */
  readonly http?: HttpMetrics;
}

export interface Backend {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Creates the tables and the season in an empty database. */
export async function prepareDatabase(connection: BackendOptions['pg']): Promise<void> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  await client.connect();
  try {
    await client.query(SCHEMA);
    await client.query(SEED);
    await client.query(RECALCULATE_STANDINGS, [1]);
  } finally {
    await client.end();
  }
}

/** Where the page is, as in Strapi. */
const PAGE_PATH = '/admin/monitoring';
const CONNECT_TIMEOUT_MS = 3_000;
const QUERY_TIMEOUT_MS = 10_000;
const POOL_SIZE = 10;

/** Starts the backend on a prepared database. */
export async function startBackend(options: BackendOptions): Promise<Backend> {
  const pool = openPool(options.pg);
  const log = createLog(options.logDirectory);
  const entities = createEntities(pool);
  const server = createServer();
  const monitor = watch({ options, pool, server, log, activity: watchClients(server) });
  registerLifecycles(entities, monitor.flags);
  monitor.instrument(entities.lifecycles);
  server.on('request', createRouter({ monitor, entities, log, http: options.http }));
  const { host = '127.0.0.1', port } = options;
  await listen(server, port, host);
  monitor.start();
  const worker = startWorker(pool, log.error);
  return {
    url: `http://${host}:${portOf(server)}`,
    async stop() {
      await monitor.stop();
      server.closeAllConnections();
      await promisify(server.close.bind(server))();
      await worker.stop();
      await pool.end();
      await log.flush();
    },
  };
}

function openPool(connection: BackendOptions['pg']): pg.Pool {
  const limits = { max: POOL_SIZE, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, query_timeout: QUERY_TIMEOUT_MS };
  const pool = new pg.Pool({ ...connection, ...limits, application_name: 'sample-backend' });
  // A connection the server ends: whoever uses it learns so from its query. Idle ones report to the pool, borrowed ones
  // only to listeners of their own, and without one Node ends the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

interface Watched {
  readonly options: BackendOptions;
  readonly pool: pg.Pool;
  readonly server: Server;
  readonly log: BackendLog;
  readonly activity: ReturnType<typeof watchClients>;
}

function watch({ options, pool, server, log, activity }: Watched): Monitor {
  return createMonitor({
    application: {
      version: '1.0.0',
      environment: 'development',
      startedAt: new Date(),
      activeConnections: () => promisify(server.getConnections.bind(server))(),
    },
    checks: [databaseCheck(pool)],
    postgres: options.pg,
    jobs: [{ type: 'sql', name: 'sample', queries: JOB_QUERIES }],
    resolveFrom: join(options.logDirectory, 'backend.js'),
    pool: () => poolStatus(pool),
    activity,
    diskPath: options.logDirectory,
    version: packageVersion(),
    operatorStatusFile: options.operatorStatusFile,
    onError: log.error,
    controls: { setLogLevel: log.setLevel, caches: new Map() },
    ...(options.http === undefined ? {} : { http: options.http }),
    ...(options.flagsFile === undefined ? {} : { flagsFile: options.flagsFile }),
    ...(options.actionsSecret === undefined ? {} : { actionsSecret: options.actionsSecret }),
    ...(options.secret === undefined ? {} : { secret: options.secret }),
  });
}

const databaseCheck = (pool: pg.Pool): HealthCheck => ({
  name: 'database',
  check: async () => {
    await pool.query('select 1');
    const { waitingCount: waiting } = pool;
    return waiting > 0
      ? { status: 'warning', message: `${waiting} requests wait for a connection of the pool` }
      : { status: 'healthy', message: 'answers' };
  },
});

const poolStatus = ({ totalCount, idleCount, waitingCount }: pg.Pool) => ({
  active: totalCount - idleCount,
  idle: idleCount,
  waiting: waitingCount,
  max: POOL_SIZE,
});

/** Counts requests, and client addresses by when they were last seen. */
function watchClients(server: Server) {
  const clients = activeClients();
  let requests = 0;
  server.on('request', (request: IncomingMessage) => {
    requests += 1;
    clients.seen(request.socket.remoteAddress ?? '');
  });
  return () => ({ requests, activeUsers: clients.count() });
}

interface Routed {
  readonly monitor: Monitor;
  readonly entities: Entities;
  readonly log: BackendLog;
  readonly http: HttpMetrics | undefined;
}

function createRouter({ monitor, entities, log, http }: Routed) {
  const content = createContentApi(entities, log.error);
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const start = performance.now();
    const { method = '', url = '' } = request;
    const path = url.split('?', 1)[0] ?? '';
    const end = http?.begin(method);
    log.debug(`${method} ${url} from ${request.socket.remoteAddress}`);
    if (path.startsWith(`${API_PREFIX}/`)) await monitor.listener(request, response);
    else if (`${path}/`.startsWith(`${PAGE_PATH}/`)) await monitor.page(request, response, PAGE_PATH);
    else await content.answer(request, response);
    end?.({ route: path.replace(/\/\d+(?=\/|$)/g, '/:id'), status: response.statusCode });
    log.http(requestMessage(method, url, { durationMs: performance.now() - start, status: response.statusCode }));
  };
  return (request: IncomingMessage, response: ServerResponse) => void answer(request, response).catch(log.error);
}

const listen = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
