/**
 * The application's side: times the lifecycle hooks of a backend, keeps what it saw, and answers the hook-monitoring API.
 * Knows nothing of the command line, nor of Strapi; what it needs of its host (checks, pool, database) it is given.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ConnectionSettings, Query } from './archive/database.js';
import { openKeeper } from './archive/keep.js';
import { createQueue } from './archive/outbox.js';
import type { EventRow, FlagRow } from './archive/tables.js';
import { databaseMetrics, type PoolStatus } from './database-metrics.js';
import { createHandlers, type Sources } from './handlers.js';
import { createHistory } from './history/history.js';
import { createRecorder } from './history/recorder.js';
import { type Instruments, instrument, type Lifecycles } from './hooks/instrument.js';
import { createTracer, type WatchTransaction } from './hooks/tracer.js';
import { type Activity, createHostProbe, createUsageSampler } from './host.js';
import type { HttpMetrics } from './http-metrics.js';
import { instanceName } from './instance.js';
import { startProcessProbe } from './process.js';
import { createQueues, type QueueOptions, type Queues } from './queues/index.js';
import { createRequestListener, type ListenerOptions } from './server.js';

export type { PoolStatus } from './database-metrics.js';
export type { Application } from './handlers.js';
export type { HealthCheck } from './health.js';
export { type Instruments, instrument, type Lifecycles } from './hooks/instrument.js';
export type { Tracer, WatchTransaction } from './hooks/tracer.js';
export { createHttpMetrics, type HttpMetrics } from './http-metrics.js';
export { type BullmqQueue, fromBullmq, QueueOptions, type QueueReading, type QueueSource } from './queues/index.js';

export interface MonitorOptions extends Pick<Sources, 'application' | 'checks' | 'version'>, ListenerOptions {
  /** The application's PostgreSQL. History is kept there in a schema of its own; without one, in memory. */
  readonly postgres?: ConnectionSettings | undefined;
  /** Where background jobs are; pg-boss and graphile-worker are looked for when not given. */
  readonly jobs?: readonly QueueOptions[] | undefined;
  /** A file of the application, from which its own packages are found. */
  readonly resolveFrom: string;
  /** The application's own connections. */
  readonly pool?: () => PoolStatus | undefined;
  readonly http?: HttpMetrics;
  readonly activity: () => Activity;
  /** A path on the file system whose space matters. */
  readonly diskPath: string;
  readonly watchTransaction?: WatchTransaction;
  /** Told what operators should know. */
  readonly onNotice?: (message: string) => void;
}

export interface Monitor extends Instruments {
  readonly queues: Pick<Queues, 'register'>;
  /** Wraps lifecycle functions; returns the undo. */
  readonly instrument: (contentTypes: Iterable<readonly [string, Lifecycles]>) => () => void;
  /** Answers requests below API_PREFIX. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Begins to sample the host and to write history. */
  readonly start: () => void;
  /** Writes what waits, within two seconds. */
  readonly stop: () => Promise<void>;
}

/** Events that wait for an archive that does not answer. */
const EVENTS_WAITING = 5_000;

export function createMonitor(options: MonitorOptions): Monitor {
  const { onError = () => undefined, onNotice = () => undefined, version } = options;
  const startedAt = Date.now();
  const instance = instanceName(startedAt);
  const events = createQueue<EventRow>(EVENTS_WAITING);
  const recorder = createRecorder({
    instance,
    onError: (entry) => events.push({ kind: 'error', id: entry.id, at: entry.timestamp, body: entry }),
  });
  const tracer = createTracer(recorder, options.watchTransaction);
  const outboxes = { rollups: recorder.ledger.outbox, events, flags: createQueue<FlagRow>(0) };
  const keeper = options.postgres && openKeeper(options.postgres, { outboxes, instance, startedAt, version, onNotice });
  const history = createHistory({
    recorded: recorder,
    instance,
    startedAt,
    archive: () => keeper?.archive(),
    onError,
  });
  const runSql: Query | undefined =
    keeper && ((text, values) => keeper.database.transaction((query) => query(text, values)));
  const queues = createQueues({ sources: options.jobs, runSql, resolveFrom: options.resolveFrom });
  const processProbe = startProcessProbe();
  const usage = createUsageSampler(createHostProbe(options.diskPath), options.activity);
  // Its own probe: rates are measured from read to read, and the sampler reads on its own beat.
  const host = createHostProbe(options.diskPath);
  const handlers = createHandlers({
    ...options,
    history,
    process: processProbe,
    host,
    usage,
    now: Date.now,
    jobs: queues.status,
    figures: () => ({
      seriesDropped: recorder.seriesDropped(),
      http: options.http?.counters() ?? [],
      pool: options.pool?.(),
      archive: keeper?.state(),
      flags: [],
    }),
    database: () =>
      keeper
        ? keeper.database.transaction((query) => databaseMetrics(query, options.pool?.()))
        : Promise.reject(new Error('there is no PostgreSQL to ask')),
  });
  return {
    recorder,
    tracer,
    queues,
    instrument: (contentTypes) => instrument(contentTypes, { recorder, tracer }),
    listener: createRequestListener(handlers, options),
    start() {
      usage.start();
      keeper?.start();
    },
    async stop() {
      usage.stop();
      processProbe.stop();
      await Promise.all([keeper?.stop(), queues.close()]);
    },
  };
}
