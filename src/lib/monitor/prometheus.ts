/** `GET /metrics`: the Prometheus text format, version 0.0.4. */
import type { JobStatus, ResourceUsage } from '../contract/index.js';
import type { WriterState } from './archive/writer.js';
import type { PoolStatus } from './database-metrics.js';
import { counter, gauge, head, ifKnown, labelText, type Sample, sample, single } from './exposition.js';
import { BUCKET_BOUNDS_SECONDS, type Counter } from './history/recorder.js';
import type { HttpCounter } from './http-metrics.js';
import type { ProcessFigures } from './process.js';

export interface MetricSources {
  readonly counters: readonly Counter[];
  /** Whether every hook could be wrapped. */
  readonly isComplete: boolean;
  /** The last sample of the host; undefined in the first ten seconds. */
  readonly usage: ResourceUsage | undefined;
  /** Hooks beyond the number told apart. */
  readonly seriesDropped: number;
  readonly http: readonly HttpCounter[];
  readonly process: ProcessFigures;
  /** Undefined when the queue could not be read: no figure instead of a false one. */
  readonly jobs: JobStatus | undefined;
  readonly pool: PoolStatus | undefined;
  readonly archive: WriterState | undefined;
  readonly flags: readonly { readonly name: string; readonly evaluations: number }[];
  /** Of viktoria-ops. */
  readonly version: string;
  /** ms since 1970. */
  readonly startedAt: number;
}

/** The whole page. */
export function renderMetrics(sources: MetricSources): string {
  const hooks = sources.counters.filter(({ kind }) => kind === 'hook');
  const documents = sources.counters.filter(({ kind }) => kind === 'document');
  return [
    histogram('hook_execution_time_seconds', 'Duration of lifecycle hooks, including the hooks they set off.', hooks),
    counter('hook_errors_total', 'Hook runs that failed; refused input is not among them.', each(hooks, 'failed')),
    counter('hook_rejections_total', 'Hook runs that refused their input.', each(hooks, 'rejected')),
    gauge('hooks_in_flight', 'Hook runs begun and not ended.', each(hooks, 'inFlight')),
    histogram('document_action_duration_seconds', 'Duration of actions of the Document Service.', documents),
    counter('document_action_errors_total', 'Actions of the Document Service that failed.', each(documents, 'failed')),
    histogram('http_request_duration_seconds', 'Duration of requests by route.', sources.http),
    processFamilies(sources),
    jobFamilies(sources.jobs),
    poolFamilies(sources.pool),
    usageFamilies(sources.usage),
    counter('feature_flag_evaluations_total', 'Evaluations of feature flags.', evaluationsOf(sources.flags)),
    ownFamilies(sources),
  ].join('');
}

/** One sample a name, whoever decides: two lines of equal labels are no valid page. */
function evaluationsOf(flags: MetricSources['flags']): Sample[] {
  const sums = new Map<string, number>();
  for (const { name, evaluations } of flags) sums.set(name, (sums.get(name) ?? 0) + evaluations);
  return [...sums].map(([flag, evaluations]) => sample({ flag }, evaluations));
}

const each = (counters: readonly Counter[], figure: 'failed' | 'rejected' | 'inFlight'): Sample[] =>
  counters.map((found) => [textsOf(found).labels, found[figure]]);

/** What a histogram is drawn from. */
type Distribution = Counter | HttpCounter;

function histogram(name: string, help: string, counters: readonly Distribution[]): string {
  let text = counters.length === 0 ? '' : head(name, 'histogram', help);
  const [bucket, sum, count] = [`${name}_bucket{`, `${name}_sum{`, `${name}_count{`];
  for (const found of counters) {
    const { labels, bounds, infinity } = textsOf(found);
    let cumulated = 0;
    for (let index = 0; index < bounds.length; index++) {
      cumulated += found.buckets[index] ?? 0;
      text += `${bucket}${bounds[index]}${cumulated}\n`;
    }
    text += `${bucket}${infinity}${found.executions}\n${sum}${labels}} ${found.totalSeconds}\n${count}${labels}} ${found.executions}\n`;
  }
  return text;
}

interface Texts {
  readonly labels: string;
  /** What stands between `_bucket{` and the value, by position in BUCKET_BOUNDS_SECONDS. */
  readonly bounds: readonly string[];
  readonly infinity: string;
}

/** Made once: escaping labels is most of the work of a page. */
const texts = new WeakMap<Distribution, Texts>();

function textsOf(found: Distribution): Texts {
  const known = texts.get(found);
  if (known) return known;
  const labels = labelText(
    'route' in found
      ? { method: found.method, route: found.route, status: found.status }
      : { content_type: found.contentType, operation: found.operation, source: found.source },
  );
  const bounds = BUCKET_BOUNDS_SECONDS.map((bound) => `${labels},le="${bound}"} `);
  const made = { labels, bounds, infinity: `${labels},le="+Inf"} ` };
  texts.set(found, made);
  return made;
}

function processFamilies({ process: figures, startedAt }: MetricSources): string {
  return [
    counter('process_cpu_seconds_total', 'CPU time of the process.', single(figures.cpuSeconds)),
    gauge('process_resident_memory_bytes', 'Resident memory of the process.', single(figures.residentBytes)),
    gauge('process_start_time_seconds', 'Start of the application.', single(startedAt / 1000)),
    gauge('nodejs_heap_used_bytes', 'Used heap.', single(figures.heapUsedBytes)),
    gauge('nodejs_heap_limit_bytes', 'Largest heap the process may have.', single(figures.heapLimitBytes)),
    gauge(
      'nodejs_eventloop_lag_p99_seconds',
      'Event loop lag, 99th percentile.',
      single(figures.eventLoopLagMs / 1000),
    ),
  ].join('');
}

function jobFamilies(jobs: JobStatus | undefined): string {
  if (!jobs) return '';
  const { jobsByState, jobsByType, completedJobs, processingRate, averageProcessingTime } = jobs;
  // A library that deletes what is done cannot tell how much it was.
  const known = Object.entries(jobsByState).filter(([state]) => state !== 'completed' || completedJobs !== null);
  const types = Object.entries(jobsByType).map(([type, count]) => sample({ type }, count));
  const meanSeconds = averageProcessingTime === null ? undefined : averageProcessingTime / 1000;
  // Of an empty queue nothing waits; where the job library does not tell, there is no figure.
  const age = jobs.oldestReadyAgeSeconds ?? (jobs.queueSize === 0 ? 0 : undefined);
  return [
    gauge(
      'strapi_jobs',
      'Background jobs by state.',
      known.map(([state, count]) => sample({ state }, count)),
    ),
    gauge('strapi_jobs_ready', 'Background jobs that could run now.', single(jobs.queueSize)),
    gauge('strapi_job_oldest_ready_age_seconds', 'How long the oldest ready job has waited.', ifKnown(age)),
    gauge('strapi_jobs_ready_by_type', 'Background jobs that could run now, by type.', types),
    gauge(
      'strapi_jobs_processed_per_minute',
      'Background jobs done in a minute.',
      ifKnown(processingRate ?? undefined),
    ),
    gauge('strapi_job_processing_mean_seconds', 'Mean duration of background jobs.', ifKnown(meanSeconds)),
  ].join('');
}

function poolFamilies(pool: PoolStatus | undefined): string {
  if (!pool) return '';
  const { active, idle, waiting, max } = pool;
  const states = Object.entries({ active, idle }).map(([state, count]) => sample({ state }, count));
  return [
    gauge('db_pool_connections', 'Connections of the application to its database.', states),
    gauge('db_pool_connections_max', 'Largest number of connections of the pool.', single(max)),
    gauge('db_pool_waiting', 'Requests for a connection that wait.', single(waiting)),
  ].join('');
}

function usageFamilies(usage: ResourceUsage | undefined): string {
  return [
    gauge('host_cpu_usage_ratio', 'Busy share of the processors.', ifKnown(usage?.cpu)),
    gauge('host_memory_usage_ratio', 'Used share of the memory.', ifKnown(usage?.memory)),
    gauge('host_disk_usage_ratio', 'Used share of the file system of the application.', ifKnown(usage?.disk)),
    gauge('host_network_bytes_per_second', 'Bytes received and sent.', ifKnown(usage?.network)),
    gauge('active_users', 'Clients seen lately.', ifKnown(usage?.activeUsers)),
    gauge('requests_per_second', 'Requests answered.', ifKnown(usage?.requestsPerSecond)),
  ].join('');
}

function ownFamilies({ archive, seriesDropped, isComplete, version }: MetricSources): string {
  const written = archive?.lastWrittenAt;
  return [
    gauge(
      'viktoria_ops_instrumentation_complete',
      'Whether every hook could be instrumented.',
      single(isComplete ? 1 : 0),
    ),
    counter('viktoria_ops_series_dropped_total', 'Hooks counted as other, being too many.', single(seriesDropped)),
    counter(
      'viktoria_ops_archive_dropped_total',
      'Rows of history given up: unwritten for too long, too many, or refused by PostgreSQL.',
      archive ? single(archive.dropped) : [],
    ),
    gauge(
      'viktoria_ops_archive_last_write_timestamp_seconds',
      'When history was last written.',
      ifKnown(written === undefined ? undefined : written / 1000),
    ),
    gauge('viktoria_ops_build_info', 'Version of viktoria-ops in use.', [
      sample({ version, node_version: process.version }, 1),
    ]),
  ].join('');
}
