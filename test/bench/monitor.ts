/** What the application's side costs the application: a recorded run, a watched hook, a page of metrics. */
import { Histogram, Registry } from 'prom-client';
import { BUCKET_BOUNDS_SECONDS, createRecorder } from '../../src/lib/monitor/history/recorder.js';
import type { Run } from '../../src/lib/monitor/history/tally.js';
import { createTracer } from '../../src/lib/monitor/hooks/tracer.js';
import { type MetricSources, renderMetrics } from '../../src/lib/monitor/prometheus.js';
import type { Comparison } from './measure.js';

const RUNS = 1_000_000;
const HOOKS = 200_000;
const PAGES = 10;

export const monitor = (): Comparison[] => [
  recording(),
  watching('async'),
  watching('sync'),
  page(1_000),
  page(10_000),
];

const promHistogram = (registry = new Registry()) =>
  new Histogram({
    name: 'hook_execution_time_seconds',
    help: 'Duration of lifecycle hooks.',
    labelNames: ['content_type', 'operation', 'source'],
    buckets: [...BUCKET_BOUNDS_SECONDS],
    registers: [registry],
  });

const subject = (index: number) =>
  ({ kind: 'hook', contentType: `api::type${index}.type${index}`, operation: 'afterUpdate', source: 'model' }) as const;

/** Durations of all lengths, so that no branch is always the same. */
const durations = Array.from({ length: 1_024 }, (_, i) => 0.01 * 1.01 ** ((i * 37) % 1_024));
const runs: Run[] = durations.map((durationMs) => ({
  durationMs,
  ownMs: durationMs,
  outcome: 'ok',
  queries: 1,
  queryMs: 1,
}));

function recording(): Comparison {
  const recorder = createRecorder({ instance: 'bench' });
  const series = recorder.series(subject(0));
  const histogram = promHistogram();
  const labels = { content_type: 'api::type0.type0', operation: 'afterUpdate', source: 'model' };
  return {
    id: 'P9',
    what: `${RUNS.toLocaleString('en-US')} hook runs recorded; theirs: prom-client's histogram with labels`,
    bar: 0.25,
    async ours() {
      for (let i = 0; i < RUNS; i++) recorder.record(series, runs[i & 1_023] as Run);
    },
    async theirs() {
      for (let i = 0; i < RUNS; i++) histogram.observe(labels, (durations[i & 1_023] as number) / 1_000);
    },
  };
}

/** The bar is a microsecond a hook: theirs is the bare hook and that long of waiting. */
function watching(how: 'async' | 'sync'): Comparison {
  const recorder = createRecorder({ instance: 'bench' });
  const hook = how === 'async' ? async () => 1 : () => 1;
  const watched = createTracer(recorder).wrap(hook, recorder.series(subject(0)));
  return {
    id: how === 'async' ? 'P9a' : 'P9s',
    what: `${HOOKS.toLocaleString('en-US')} ${how} hooks watched; theirs: the bare hook and 1 µs of waiting`,
    bar: 1,
    async ours() {
      for (let i = 0; i < HOOKS; i++) await watched.call(undefined);
    },
    async theirs() {
      for (let i = 0; i < HOOKS; i++) await hook();
      const end = performance.now() + HOOKS / 1_000;
      while (performance.now() < end);
    },
  };
}

/** Lines of a page that are hooks' own: a histogram's, and its two counters and gauge. */
const LINES_A_HOOK = BUCKET_BOUNDS_SECONDS.length + 3;

function page(lines: number): Comparison {
  const hooks = Math.ceil(lines / LINES_A_HOOK);
  const recorder = createRecorder({ instance: 'bench' });
  const registry = new Registry();
  const histogram = promHistogram(registry);
  for (let i = 0; i < hooks; i++) {
    const { contentType, operation, source } = subject(i);
    recorder.record(recorder.series(subject(i)), runs[i & 1_023] as Run);
    histogram.observe({ content_type: contentType, operation, source }, (durations[i & 1_023] as number) / 1_000);
  }
  const sources: MetricSources = {
    counters: recorder.counters(),
    isComplete: true,
    usage: undefined,
    seriesDropped: 0,
    http: [],
    process: {
      pid: 1,
      eventLoopLagMs: 0,
      heapUsedBytes: 1,
      heapLimitBytes: 1,
      residentBytes: 1,
      memoryLimitBytes: 1,
      cpuSeconds: 1,
    },
    jobs: undefined,
    pool: undefined,
    archive: undefined,
    flags: [],
    version: '1',
    startedAt: 0,
  };
  return {
    id: lines === 10_000 ? 'P10' : 'P10-1k',
    what: `${PAGES} pages of ${lines.toLocaleString('en-US')} series; theirs: prom-client`,
    bar: lines === 10_000 ? 0.33 : 0.5, // the smaller page is there for the growth
    async ours() {
      for (let i = 0; i < PAGES; i++) renderMetrics(sources);
    },
    async theirs() {
      for (let i = 0; i < PAGES; i++) await registry.metrics();
    },
  };
}
