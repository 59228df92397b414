/** Every metric that a condition may name, by its source; `sources/` has the reader of each. Names are the guide's. */
import type { Definition, Metric, SourceName } from './metric.js';
import { self, UP } from './self.js';

const health: Readonly<Record<string, Definition>> = {
  'system.status': {
    type: 'text',
    words: ['healthy', 'warning', 'critical'],
    description: 'What the application says of itself; critical when it does not answer at all',
    // That it answers and calls itself critical is not in /metrics.
    promqlByWord: { critical: `(1 - max(${UP}))` },
  },
  'system.uptime': { unit: 's', description: 'How long the application has been running' },
  'system.activeConnections': { unit: 'count', description: 'Requests being answered' },
  'system.responseTime': { unit: 'ms', description: 'How long the health route took to answer' },
  'process.eventLoopLag': {
    unit: 'ms',
    description: 'How late the event loop is, 99th percentile',
    promql: '1000 * max(nodejs_eventloop_lag_p99_seconds)',
  },
  'process.heapUsage': {
    unit: 'fraction',
    description: 'Used share of the largest heap the application may have',
    promql: 'max(nodejs_heap_used_bytes / nodejs_heap_limit_bytes)',
  },
  'process.residentMemory': {
    unit: 'bytes',
    description: 'Resident memory of the application',
    promql: 'max(process_resident_memory_bytes)',
  },
  'monitoring.available': {
    type: 'boolean',
    description: 'False when the application answers, but not with its figures: it refuses us, or fails',
  },
};

const EXECUTIONS = 'sum(increase(hook_execution_time_seconds_count[$window]))';
const perExecution = { samples: 'hooks.totalExecutions' } as const;
const quantile = (q: number) =>
  `1000 * histogram_quantile(${q}, sum by (le) (increase(hook_execution_time_seconds_bucket[$window])))`;

/** Over `alerting.window`. */
const performance: Readonly<Record<string, Definition>> = {
  'hooks.totalExecutions': { unit: 'count', description: 'Hook runs', promql: EXECUTIONS },
  'hooks.failedExecutions': {
    unit: 'count',
    description: 'Hook runs that failed',
    promql: 'sum(increase(hook_errors_total[$window]))',
  },
  'hooks.rejectedExecutions': {
    unit: 'count',
    description: 'Hook runs that refused their input',
    promql: 'sum(increase(hook_rejections_total[$window]))',
  },
  'hooks.errorRate': {
    unit: 'fraction',
    description: 'Failed hook runs, as a share of all',
    promql: `sum(increase(hook_errors_total[$window])) / ${EXECUTIONS}`,
    ...perExecution,
  },
  'hooks.successRate': {
    unit: 'fraction',
    description: 'Hook runs that did not fail, as a share of all',
    promql: `1 - sum(increase(hook_errors_total[$window])) / ${EXECUTIONS}`,
    ...perExecution,
  },
  'hooks.averageExecutionTime': {
    unit: 'ms',
    description: 'Mean duration of a hook',
    promql: `1000 * sum(increase(hook_execution_time_seconds_sum[$window])) / ${EXECUTIONS}`,
    ...perExecution,
  },
  'hooks.p50': { unit: 'ms', description: 'Median duration of a hook', promql: quantile(0.5), ...perExecution },
  'hooks.p95': { unit: 'ms', description: '95th percentile of it', promql: quantile(0.95), ...perExecution },
  'hooks.p99': { unit: 'ms', description: '99th percentile of it', promql: quantile(0.99), ...perExecution },
  'hooks.coverage': { unit: 'fraction', description: 'Share of the window that was observed' },
};

const trends: Readonly<Record<string, Definition>> = {
  'hooks.weeklyExecutions': {
    unit: 'count',
    description: 'Runs, in 7 days, of the hooks that ran the week before too',
  },
  'hooks.weeklyChange': {
    description: 'Their mean duration against the week before: -0.2 is a fifth faster; asked once an hour',
    samples: 'hooks.weeklyExecutions',
  },
};

const jobs: Readonly<Record<string, Definition>> = {
  'jobs.queueSize': { unit: 'count', description: 'Jobs ready and waiting', promql: 'max(strapi_jobs_ready)' },
  'jobs.oldestReadyAge': {
    unit: 's',
    description: 'How long the oldest ready job has waited',
    promql: 'max(strapi_job_oldest_ready_age_seconds)',
  },
  'jobs.processingRate': { unit: 'perMinute', description: 'Jobs done' },
  'jobs.completedJobs': { unit: 'count', description: 'Jobs done, as far back as the job library tells' },
  'jobs.failedJobs': { unit: 'count', description: 'Jobs given up, as far back as the job library tells' },
  'jobs.averageProcessingTime': { unit: 'ms', description: 'Mean duration of a job' },
};

const applicationDatabase: Readonly<Record<string, Definition>> = {
  'database.averageQueryTime': {
    unit: 'ms',
    description: 'Mean duration of a statement',
    samples: 'database.totalQueries',
  },
  'database.totalQueries': { unit: 'count', description: 'Statements behind that mean' },
  'database.poolUsage': {
    unit: 'fraction',
    description: "Busy share of the application's connections",
    promql: 'sum(db_pool_connections{state="active"}) / sum(db_pool_connections_max)',
  },
  'database.poolWaiting': {
    unit: 'count',
    description: 'Requests that wait for one of them',
    promql: 'sum(db_pool_waiting)',
  },
};

const postgres: Readonly<Record<string, Definition>> = {
  'database.reachable': { type: 'boolean', description: 'Whether PostgreSQL takes a connection from here and answers' },
  'database.connectionUsage': {
    unit: 'fraction',
    description: 'Used share of the connections an ordinary role can get',
  },
};

/** File systems of Prometheus' node_exporter that are disks. */
const DISKS = 'fstype!~"tmpfs|ramfs|overlay|squashfs"';

const host: Readonly<Record<string, Definition>> = {
  'host.memoryUsage': {
    unit: 'fraction',
    description: 'Used share of the memory of this host',
    promql: 'max(1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)',
  },
  'host.diskUsage': {
    unit: 'fraction',
    description: "Used share of the fuller of / and the backend's file system",
    promql: `max(1 - node_filesystem_avail_bytes{${DISKS}} / node_filesystem_size_bytes{${DISKS}})`,
  },
  'host.inodeUsage': {
    unit: 'fraction',
    description: 'Likewise of their inodes',
    promql: `max(1 - node_filesystem_files_free{${DISKS}} / node_filesystem_files{${DISKS}})`,
  },
  'host.loadPerProcessor': { description: 'Load average of 5 minutes, divided by the processors' },
};

const changes: Readonly<Record<string, Definition>> = {
  'changes.config': {
    unit: 'count',
    description: "Changes of the application's configuration since the last evaluation",
    sinceLastEvaluation: true,
  },
};

const flags: Readonly<Record<string, Definition>> = {
  'changes.flags': {
    unit: 'count',
    description: '1 when feature flags were switched since the last evaluation, else 0',
    sinceLastEvaluation: true,
  },
};

const bySource: Readonly<Record<SourceName, Readonly<Record<string, Definition>>>> = {
  health,
  performance,
  trends,
  jobs,
  'application-database': applicationDatabase,
  postgres,
  host,
  changes,
  flags,
  self,
};

/** By path. */
export const metrics: ReadonlyMap<string, Metric> = new Map(
  Object.entries(bySource).flatMap(([source, definitions]) =>
    Object.entries(definitions).map(([path, definition]): [string, Metric] => [
      path,
      { type: 'number', unit: 'none', ...definition, path, source: source as SourceName },
    ]),
  ),
);
