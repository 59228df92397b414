/** What the dashboard shows: sections of panels, each a few queries of what `/metrics` serves. */
import type { Config } from '../../config/index.js';

export interface Section {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Panel {
  readonly title: string;
  readonly description?: string;
  readonly type: 'stat' | 'timeseries' | 'table';
  /** Grafana's name of it: `s`, `percentunit`, `short`. */
  readonly unit: string;
  /** Of 24 columns. */
  readonly width: number;
  readonly queries: readonly Query[];
  readonly levels?: (kpis: Config['kpis']) => Levels;
}

export interface Query {
  readonly expr: string;
  /** What a series is called; `{{label}}` is the value of a label. */
  readonly legend: string;
}

/** Where caution and alarm begin, in the panel's unit. */
export interface Levels {
  readonly warning?: number | undefined;
  readonly critical?: number | undefined;
}

/** The job that `init prometheus` and the guide give the backend. */
export const JOB = 'job="viktoria-hooks"';
const INSTANCE = `${JOB},instance=~"$instance"`;
const HOOK = `${INSTANCE},content_type=~"$content_type"`;

const rate = (metric: string, labels = INSTANCE) => `rate(${metric}{${labels}}[$__rate_interval])`;
const RUNS = rate('hook_execution_time_seconds_count', HOOK);
const SECONDS = rate('hook_execution_time_seconds_sum', HOOK);
const ERRORS = rate('hook_errors_total', HOOK);

const percentiles = (metric: string, labels = INSTANCE): readonly Query[] =>
  [0.5, 0.95, 0.99].map((share) => ({
    expr: `histogram_quantile(${share}, sum by (le) (${rate(`${metric}_bucket`, labels)}))`,
    legend: `p${share * 100}`,
  }));

const stat = (title: string, unit: string, expr: string): Panel => ({
  title,
  type: 'stat',
  unit,
  width: 4,
  queries: [{ expr, legend: title }],
});

const lines = (title: string, unit: string) => ({ title, type: 'timeseries', unit, width: 12 }) as const;

const now: Section = {
  title: 'Now',
  panels: [
    stat('Instances that answer', 'short', `sum(up{${INSTANCE}})`),
    stat('Running since', 'dateTimeFromNow', `1000 * min(process_start_time_seconds{${INSTANCE}})`),
    stat('Hook runs per second', 'short', `sum(${RUNS})`),
    {
      ...stat('Failed hook runs', 'percentunit', `sum(${ERRORS}) / sum(${RUNS})`),
      levels: ({ errorRate }) => errorRate,
    },
    {
      ...stat('Jobs ready and waiting', 'short', `max(strapi_jobs_ready{${INSTANCE}})`),
      levels: ({ queueBacklog }) => queueBacklog,
    },
    stat('Oldest of them', 's', `max(strapi_job_oldest_ready_age_seconds{${INSTANCE}})`),
  ],
};

const hooks: Section = {
  title: 'Hooks',
  panels: [
    {
      ...lines('Hook execution time', 's'),
      description: 'Mean of each content type, with the hooks they set off.',
      queries: [
        { expr: `sum by (content_type) (${SECONDS}) / sum by (content_type) (${RUNS})`, legend: '{{content_type}}' },
      ],
      levels: ({ hookExecutionTimeMs: { warning, critical } }) => ({
        warning: warning && warning / 1000,
        critical: critical && critical / 1000,
      }),
    },
    { ...lines('Percentiles of it', 's'), queries: percentiles('hook_execution_time_seconds', HOOK) },
    {
      ...lines('Error rate', 'percentunit'),
      description: 'Share of runs that failed. Refused input is none of them.',
      queries: [
        { expr: `sum by (content_type) (${ERRORS}) / sum by (content_type) (${RUNS})`, legend: '{{content_type}}' },
      ],
      levels: ({ errorRate }) => errorRate,
    },
    {
      ...lines('Runs per second', 'short'),
      queries: [
        { expr: `sum by (operation) (${RUNS})`, legend: '{{operation}}' },
        { expr: `sum(${rate('hook_rejections_total', HOOK)})`, legend: 'refused input' },
      ],
    },
    {
      title: 'Where the time goes',
      description: 'Seconds spent in each hook per second of the clock.',
      type: 'table',
      unit: 's',
      width: 24,
      queries: [{ expr: `topk(20, sum by (content_type, operation) (${SECONDS}))`, legend: '' }],
    },
  ],
};

const requestsAndJobs: Section = {
  title: 'Requests and jobs',
  panels: [
    {
      ...lines('Response time', 's'),
      queries: percentiles('http_request_duration_seconds'),
      levels: ({ responseTimeMs }) => ({ warning: responseTimeMs.target / 1000 }),
    },
    {
      ...lines('Requests per second', 'short'),
      queries: [{ expr: `sum by (status) (${rate('http_request_duration_seconds_count')})`, legend: '{{status}}' }],
    },
    {
      ...lines('Jobs by state', 'short'),
      queries: [{ expr: `max by (state) (strapi_jobs{${INSTANCE}})`, legend: '{{state}}' }],
    },
    {
      ...lines('Feature flags: evaluations per second', 'short'),
      queries: [{ expr: `sum by (flag) (${rate('feature_flag_evaluations_total')})`, legend: '{{flag}}' }],
    },
  ],
};

const databaseAndProcess: Section = {
  title: 'Database and process',
  panels: [
    {
      ...lines('Connections of the pool', 'short'),
      queries: [
        { expr: `sum by (state) (db_pool_connections{${INSTANCE}})`, legend: '{{state}}' },
        { expr: `sum(db_pool_connections_max{${INSTANCE}})`, legend: 'most there may be' },
        { expr: `sum(db_pool_waiting{${INSTANCE}})`, legend: 'requests that wait for one' },
      ],
    },
    {
      ...lines('CPU', 'percentunit'),
      description: '100 % is one core.',
      queries: [{ expr: `sum by (instance) (${rate('process_cpu_seconds_total')})`, legend: '{{instance}}' }],
    },
    {
      ...lines('Memory', 'bytes'),
      queries: [
        { expr: `process_resident_memory_bytes{${INSTANCE}}`, legend: '{{instance}} resident' },
        { expr: `nodejs_heap_used_bytes{${INSTANCE}}`, legend: '{{instance}} heap' },
      ],
    },
    {
      ...lines('Event loop lag, 99th percentile', 's'),
      queries: [{ expr: `nodejs_eventloop_lag_p99_seconds{${INSTANCE}}`, legend: '{{instance}}' }],
    },
    {
      ...lines('Age of the history in PostgreSQL', 's'),
      description: 'Time since it was last written; it is every ten seconds.',
      queries: [
        { expr: `time() - viktoria_ops_archive_last_write_timestamp_seconds{${INSTANCE}}`, legend: '{{instance}}' },
      ],
    },
    {
      ...lines('Lost figures', 'short'),
      description: 'Rows of history given up, and hooks counted as other, in an hour: none is as it should be.',
      queries: [
        { expr: `sum(increase(viktoria_ops_archive_dropped_total{${INSTANCE}}[1h]))`, legend: 'rows of history' },
        { expr: `sum(increase(viktoria_ops_series_dropped_total{${INSTANCE}}[1h]))`, legend: 'hooks' },
      ],
      levels: () => ({ warning: 1 }),
    },
  ],
};

export const sections: readonly Section[] = [now, hooks, requestsAndJobs, databaseAndProcess];
