/**
 * The application's side: times the lifecycle hooks of a backend, keeps what it saw, and answers the hook-monitoring API.
 * Knows nothing of the command line, nor of Strapi; what it needs of its host (checks, pool, database) it is given.
 */

export type { Controls } from './actions.js';
export { type ActiveClients, activeClients } from './active-clients.js';
export type { Configuration } from './config-changes.js';
export type { PoolStatus } from './database-metrics.js';
export type { FlagQuestion, Flags } from './flags/index.js';
export {
  countProvider,
  type OpenFeatureProvider,
  openFeatureProvider,
  type WatchedProvider,
} from './flags/open-feature.js';
export type { Application } from './handlers.js';
export type { HealthCheck } from './health.js';
export { type Instruments, instrument, type Lifecycles } from './hooks/instrument.js';
export type { Tracer, WatchTransaction } from './hooks/tracer.js';
export { createHttpMetrics, type HttpMetrics } from './http-metrics.js';
export { atMostEvery, oneQuestionAtATime } from './limits.js';
export { createMonitor, type Monitor, type MonitorOptions } from './monitor.js';
export { OtlpOptions } from './otlp/exporter.js';
export type { Administrators } from './page/door.js';
export { type BullmqQueue, fromBullmq, QueueOptions, type QueueReading, type QueueSource } from './queues/index.js';
