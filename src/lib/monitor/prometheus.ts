/** `GET /metrics`: the Prometheus text format, version 0.0.4. */
import type { JobStatus } from '../contract/index.js';
import { BUCKET_BOUNDS_SECONDS, type Counter } from './history/recorder.js';
import type { ProcessFigures } from './process.js';

type Labels = Readonly<Record<string, string>>;
interface Sample {
  /** `_bucket`, `_sum` and `_count` of a histogram. */
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
}
interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface MetricSources {
  readonly hooks: readonly Counter[];
  readonly process: ProcessFigures;
  /** Undefined when the queue could not be read: no figure instead of a false one. */
  readonly jobs: JobStatus | undefined;
  /** Of viktoria-ops. */
  readonly version: string;
  /** ms since 1970. */
  readonly startedAt: number;
}

/** The whole page. */
export function renderMetrics(sources: MetricSources): string {
  const families = [
    ...hookFamilies(sources.hooks),
    ...processFamilies(sources.process, sources.startedAt),
    ...jobFamilies(sources.jobs),
    gauge('viktoria_ops_build_info', 'Version of viktoria-ops in use.', [
      { labels: { version: sources.version, node_version: process.version }, value: 1 },
    ]),
  ];
  return families.map(renderFamily).join('');
}

const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  type: 'gauge',
  help,
  samples,
});
const counter = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  type: 'counter',
  help,
  samples,
});

function hookFamilies(hooks: readonly Counter[]): Family[] {
  const each = (value: (hook: Counter) => number) =>
    hooks.map((hook) => ({ labels: labelsOf(hook), value: value(hook) }));
  return [
    {
      name: 'hook_execution_time_seconds',
      type: 'histogram',
      help: 'Duration of lifecycle hooks, including the hooks they set off.',
      samples: hooks.flatMap(histogramSamples),
    },
    counter(
      'hook_errors_total',
      'Lifecycle hook runs that failed; refused input is not among them.',
      each(({ failed }) => failed),
    ),
    counter(
      'hook_rejections_total',
      'Lifecycle hook runs that refused their input.',
      each(({ rejected }) => rejected),
    ),
  ];
}

const labelsOf = ({ contentType, operation }: Counter): Labels => ({ content_type: contentType, operation });

function histogramSamples(hook: Counter): Sample[] {
  const labels = labelsOf(hook);
  let cumulated = 0;
  const buckets = BUCKET_BOUNDS_SECONDS.map((bound, index) => {
    cumulated += hook.buckets[index] ?? 0;
    return { suffix: '_bucket', labels: { ...labels, le: String(bound) }, value: cumulated };
  });
  return [
    ...buckets,
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: hook.executions },
    { suffix: '_sum', labels, value: hook.totalSeconds },
    { suffix: '_count', labels, value: hook.executions },
  ];
}

function processFamilies(figures: ProcessFigures, startedAt: number): Family[] {
  return [
    counter('process_cpu_seconds_total', 'CPU time of the process.', [{ value: figures.cpuSeconds }]),
    gauge('process_resident_memory_bytes', 'Resident memory of the process.', [{ value: figures.residentBytes }]),
    gauge('process_start_time_seconds', 'Start of the application.', [{ value: startedAt / 1000 }]),
    gauge('nodejs_heap_used_bytes', 'Used heap.', [{ value: figures.heapUsedBytes }]),
    gauge('nodejs_heap_limit_bytes', 'Largest heap the process may have.', [{ value: figures.heapLimitBytes }]),
    gauge('nodejs_eventloop_lag_p99_seconds', 'Event loop lag, 99th percentile.', [
      { value: figures.eventLoopLagMs / 1000 },
    ]),
  ];
}

function jobFamilies(jobs: JobStatus | undefined): Family[] {
  if (!jobs) return [];
  const states = Object.entries(jobs.jobsByState).map(([state, value]) => ({ labels: { state }, value }));
  const age = jobs.oldestReadyAgeSeconds;
  return [
    gauge('strapi_jobs', 'Background jobs by state.', states),
    gauge('strapi_jobs_ready', 'Background jobs that could run now.', [{ value: jobs.queueSize }]),
    gauge('strapi_job_oldest_ready_age_seconds', 'How long the oldest ready job has waited.', [{ value: age ?? 0 }]),
  ];
}

function renderFamily({ name, type, help, samples }: Family): string {
  const lines = samples.map(({ suffix = '', labels, value }) => `${name}${suffix}${renderLabels(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function renderLabels(labels: Labels = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeValue(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escapeValue = (value: string): string => value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
