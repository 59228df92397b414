/**
 * The application's side: times the lifecycle hooks of a backend and answers the hook-monitoring API. Knows nothing of the
 * command line; what it needs of its host (checks, queue, database) it is given.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createHandlers, type Sources } from './handlers.js';
import { type Activity, createHostProbe, createUsageSampler } from './host.js';
import { instrument, type Lifecycles } from './instrument.js';
import { startProcessProbe } from './process.js';
import { createRecorder } from './recorder.js';
import { createRequestListener, type ListenerOptions } from './server.js';
import { createMemoryStore, type Store } from './store.js';

export type { Application } from './handlers.js';
export type { HealthCheck } from './health.js';
export type { Lifecycles } from './instrument.js';

export interface MonitorOptions
  extends Pick<Sources, 'application' | 'checks' | 'jobs' | 'database' | 'version'>,
    ListenerOptions {
  readonly activity: () => Activity;
  /** A path on the file system whose space matters. */
  readonly diskPath: string;
  /** Where finished minutes go; in memory when not given. */
  readonly store?: Store;
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
  const recorder = createRecorder(options.store ?? createMemoryStore());
  const processProbe = startProcessProbe();
  const usage = createUsageSampler(await createHostProbe(options.diskPath), options.activity);
  // Its own probe: rates are measured from read to read, and the sampler reads on its own beat.
  const host = await createHostProbe(options.diskPath);
  const handlers = createHandlers({ ...options, history: recorder, process: processProbe, host, usage, now: Date.now });
  return {
    instrument: (contentTypes) => instrument(contentTypes, recorder),
    listener: createRequestListener(handlers, options),
    start: usage.start,
    stop() {
      usage.stop();
      processProbe.stop();
    },
  };
}
