/**
 * The application's side: times the lifecycle hooks of a backend, keeps what it saw, and answers the hook-monitoring API.
 * Knows nothing of the command line, nor of Strapi; what it needs of its host (checks, queue, database) it is given.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createHandlers, type Sources } from './handlers.js';
import { createHistory } from './history/history.js';
import { createRecorder } from './history/recorder.js';
import { instrument, type Lifecycles } from './hooks/instrument.js';
import { createTracer, type WatchTransaction } from './hooks/tracer.js';
import { type Activity, createHostProbe, createUsageSampler } from './host.js';
import { instanceName } from './instance.js';
import { startProcessProbe } from './process.js';
import { createRequestListener, type ListenerOptions } from './server.js';

export type { Application } from './handlers.js';
export type { HealthCheck } from './health.js';
export { type Instruments, instrument, type Lifecycles } from './hooks/instrument.js';
export type { Tracer, WatchTransaction } from './hooks/tracer.js';

export interface MonitorOptions
  extends Pick<Sources, 'application' | 'checks' | 'jobs' | 'database' | 'version'>,
    ListenerOptions {
  readonly activity: () => Activity;
  /** A path on the file system whose space matters. */
  readonly diskPath: string;
  readonly watchTransaction?: WatchTransaction;
}

export interface Monitor {
  /** Wraps lifecycle functions; returns the undo. */
  readonly instrument: (contentTypes: Iterable<readonly [string, Lifecycles]>) => () => void;
  /** Answers requests below API_PREFIX. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Begins to sample the host. */
  readonly start: () => void;
  readonly stop: () => void;
}

export async function createMonitor(options: MonitorOptions): Promise<Monitor> {
  const startedAt = Date.now();
  const instance = instanceName(startedAt);
  const recorder = createRecorder({ instance });
  const tracer = createTracer(recorder, options.watchTransaction);
  const history = createHistory({
    recorded: recorder,
    instance,
    startedAt,
    archive: () => undefined,
    onError: options.onError ?? (() => undefined),
  });
  const processProbe = startProcessProbe();
  const usage = createUsageSampler(await createHostProbe(options.diskPath), options.activity);
  // Its own probe: rates are measured from read to read, and the sampler reads on its own beat.
  const host = await createHostProbe(options.diskPath);
  const handlers = createHandlers({ ...options, history, process: processProbe, host, usage, now: Date.now });
  return {
    instrument: (contentTypes) => instrument(contentTypes, { recorder, tracer }),
    listener: createRequestListener(handlers, options),
    start: usage.start,
    stop() {
      usage.stop();
      processProbe.stop();
    },
  };
}
