/** The parts of a monitor, put together. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../contract/index.js';
import { type AuditEntry, type Controls, createActions } from './actions.js';
import type { ConnectionSettings } from './archive/database.js';
import { openKeeper, sqlOf } from './archive/keep.js';
import { createQueue } from './archive/outbox.js';
import type { EventRow } from './archive/tables.js';
import { type Configuration, watchConfiguration } from './config-changes.js';
import { type PoolStatus, readDatabase } from './database-metrics.js';
import { createEventStream } from './events.js';
import { createFlags, type Flags } from './flags/index.js';
import { type Application, createHandlers, sectionsOf } from './handlers.js';
import type { HealthCheck } from './health.js';
import { createHistory } from './history/history.js';
import { createRecorder } from './history/recorder.js';
import { type Instruments, instrument, type Lifecycles } from './hooks/instrument.js';
import { createTracer, type WatchTransaction } from './hooks/tracer.js';
import { createHostProbe } from './host.js';
import type { HttpMetrics } from './http-metrics.js';
import { instanceName } from './instance.js';
import { lazyPage, type Page } from './lazy-page.js';
import { atMostEvery } from './limits.js';
import { createExporter, type OtlpOptions } from './otlp/exporter.js';
import type { DoorOptions } from './page/door.js';
import { startProcessProbe } from './process.js';
import { createQueues, type QueueOptions, type Queues } from './queues/index.js';
import { createRequestListener, type ListenerOptions } from './server.js';
import { type Activity, createUsage } from './usage.js';

export interface MonitorOptions extends Omit<ListenerOptions, 'onRefusedAction'>, DoorOptions {
  readonly application: Application;
  readonly checks: readonly HealthCheck[];
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
  /** Of feature flags; need not exist. */
  readonly flagsFile?: string;
  readonly configuration?: Configuration;
  readonly controls?: Controls;
  readonly watchTransaction?: WatchTransaction;
  /** What `viktoria-ops monitoring publish` writes, for the page; need not exist. */
  readonly operatorStatusFile?: string | undefined;
  /** Where hook metrics are exported to. */
  readonly otlp?: OtlpOptions | undefined;
  /** Version of viktoria-ops. */
  readonly version: string;
  /** Told what operators should know. */
  readonly onNotice?: (message: string) => void;
}

export interface Monitor extends Instruments {
  readonly queues: Pick<Queues, 'register'>;
  readonly flags: Pick<Flags, 'isEnabled' | 'usage' | 'counts'>;
  /** Wraps lifecycle functions; returns the undo. */
  readonly instrument: (contentTypes: Iterable<readonly [string, Lifecycles]>) => () => void;
  /** Answers requests below API_PREFIX. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Answers requests at `base`, such as `/admin/monitoring`, and below: the page for people. */
  readonly page: Page;
  /** Begins to sample the host, to watch files and to write history. */
  readonly start: () => void;
  /** Writes what waits, within two seconds. */
  readonly stop: () => Promise<void>;
}

/** Events that wait for an archive that does not answer. */
const EVENTS_WAITING = 5_000;
/** Also the most that are written in ten seconds: an application that fails all the time must not fill its disk with it. */
const ERRORS_WAITING = 200;
const NO_CONTROLS: Controls = { caches: new Map() };

export function createMonitor(options: MonitorOptions): Monitor {
  const core = createCore(options);
  const api = createApi(options, core);
  const { recorder, tracer, queues, flags, keeper, usage, changes, exporter } = core;
  return {
    recorder,
    tracer,
    queues,
    flags,
    instrument: (contentTypes) => instrument(contentTypes, { recorder, tracer }),
    listener: api.listener,
    page: api.page,
    start() {
      usage.start();
      flags.start();
      keeper?.start();
      void changes?.start();
      exporter?.start();
    },
    async stop() {
      usage.stop();
      flags.stop();
      changes?.stop();
      api.stop();
      await Promise.all([keeper?.stop(), queues.close(), exporter?.stop()]);
    },
  };
}

type Core = ReturnType<typeof createCore>;

/** What sees, counts and keeps. */
function createCore(options: MonitorOptions) {
  const { version, resolveFrom, configuration, otlp, onNotice = () => undefined } = options;
  const startedAt = Date.now();
  const instance = instanceName(startedAt);
  const events = createQueue<EventRow>(EVENTS_WAITING);
  const errors = createQueue<EventRow>(ERRORS_WAITING);
  const recorder = createRecorder({
    instance,
    onError: (entry) => errors.push({ kind: 'error', id: entry.id, at: entry.timestamp, body: entry }),
  });
  const { environment } = options.application;
  const flags = createFlags({ file: options.flagsFile, environment, onNotice });
  const changes = configuration && watchConfiguration({ configuration, instance, push: events.push });
  const keeper =
    options.postgres &&
    openKeeper(options.postgres, {
      outboxes: { rollups: recorder.ledger.outbox, events, errors, flags: flags.counts.outbox },
      instance,
      startedAt,
      version,
      onNotice,
      onReady: async (archive) => changes?.compareWith(await archive.lastStart()),
    });
  const archive = () => keeper?.archive();
  const probe = createHostProbe(options.diskPath);
  return {
    startedAt,
    instance,
    events,
    recorder,
    tracer: createTracer(recorder, options.watchTransaction),
    flags,
    changes,
    keeper,
    exporter: otlp && createExporter({ ...options, otlp, instance, counters: recorder.counters, startedAt, onNotice }),
    archive,
    queues: createQueues({ sources: options.jobs, runSql: keeper && sqlOf(keeper), resolveFrom }),
    usage: createUsage({ probe, activity: options.activity, instance, archive, push: events.push }),
  };
}

/** What answers. */
function createApi(options: MonitorOptions, core: Core) {
  const { recorder, archive, keeper, queues, flags, usage, instance, startedAt, events } = core;
  const process = startProcessProbe();
  const audit = (entry: AuditEntry) =>
    events.push({ kind: 'action', id: randomUUID(), at: new Date().toISOString(), body: entry });
  const actions = createActions(options.controls ?? NO_CONTROLS, { audit, onError: options.onError });
  const handlers = createHandlers({
    ...options,
    history: createHistory({ recorded: recorder, instance, startedAt, archive, onError: options.onError }),
    archive,
    process,
    // Its own probe: rates are measured from read to read.
    host: createHostProbe(options.diskPath),
    usage,
    jobs: queues.status,
    database: () => readDatabase(keeper, options.pool?.()),
    flags: flags.usage,
    actions,
    figures: () => {
      const http = options.http?.counters() ?? [];
      return { seriesDropped: recorder.seriesDropped(), http, pool: options.pool?.(), archive: keeper?.state() };
    },
    now: Date.now,
  });
  const stream = createEventStream(sectionsOf(handlers));
  // Whoever tries a thousand secrets must not fill the archive with it.
  const onRefusedAction = atMostEvery(1_000, (action: string, caller: Caller) =>
    audit({ ...caller, action, outcome: 'refused' }),
  );
  const answering = { handlers, events: stream };
  return {
    listener: createRequestListener(answering, { ...options, onRefusedAction }),
    page: lazyPage(answering, options),
    stop() {
      actions.stop();
      stream.stop();
      process.stop();
    },
  };
}
