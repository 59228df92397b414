/** One handler a route of the contract. */
import {
  type Caller,
  ConfigChange,
  type DatabaseMetrics,
  type FeatureFlagUsage,
  type Handlers,
  type JobStatus,
  type SystemOverview,
} from '../contract/index.js';
import type { Actions } from './actions.js';
import type { Archive } from './archive/index.js';
import { withDeadline } from './deadline.js';
import {
  CHECK_DEADLINE_MS,
  errorRateCheck,
  type HealthCheck,
  memoryCheck,
  queueCheck,
  runChecks,
  worstHealth,
} from './health.js';
import type { History } from './history/history.js';
import { windowLength } from './history/periods.js';
import type { HostProbe } from './host.js';
import { performanceHistory } from './hourly.js';
import { sharedFor } from './limits.js';
import { describeApi } from './openapi.js';
import { readOperatorStatus } from './operator-status.js';
import type { ProcessProbe } from './process.js';
import { type MetricSources, renderMetrics } from './prometheus.js';
import {
  bottlenecksOf,
  dailyReport,
  failuresOf,
  ownFailures,
  performanceOf,
  performanceOverTime,
  weeklyReport,
  weeklyTrends,
} from './reports.js';
import type { Usage } from './usage.js';

export interface Application {
  readonly version: string;
  readonly environment: string;
  readonly startedAt: Date;
  /** Open connections of the HTTP server. */
  readonly activeConnections: () => number | Promise<number>;
}

/** What the answers are made from. */
export interface Sources {
  readonly application: Application;
  readonly history: History;
  readonly archive: () => Archive | undefined;
  readonly checks: readonly HealthCheck[];
  readonly process: ProcessProbe;
  readonly host: HostProbe;
  readonly usage: Usage;
  readonly jobs: () => Promise<JobStatus>;
  readonly database: () => Promise<DatabaseMetrics>;
  readonly flags: () => readonly FeatureFlagUsage[];
  readonly actions: Actions;
  /** Written by the operator's side; need not exist. */
  readonly operatorStatusFile?: string | undefined;
  /** What else Prometheus is told. */
  readonly figures: () => Pick<MetricSources, 'seriesDropped' | 'http' | 'pool' | 'archive'>;
  /** Version of viktoria-ops. */
  readonly version: string;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
}

const DEFAULT_WINDOW = '24h';
const DEFAULT_ERRORS = 50;
const DEFAULT_CHANGES = 50;
/** A week of 200 hooks is read in some tenths of a second: once for all who look at it. */
const HISTORY_KEPT_MS = 20_000;
/** However many scrape: they share it, and its reading of the queue. */
const PAGE_KEPT_MS = 1_000;
/** Rates are means since the read before: over a millisecond the processors are idle or busy, and the network silent. */
const HOST_KEPT_MS = 2_000;

export function createHandlers(sources: Sources): Handlers {
  const { history, now, actions } = sources;
  const performance = ({ window = DEFAULT_WINDOW }: { window?: string | undefined }) =>
    performanceOf(history, windowLength(window), now());
  const overTime = sharedFor(HISTORY_KEPT_MS, (window) => performanceOverTime(history, windowLength(window), now()));
  const metricsPage = sharedFor(PAGE_KEPT_MS, () => renderPage(sources));
  const system = sharedFor(HOST_KEPT_MS, () => sources.host.read());
  return {
    health: () => overview(sources),
    performance,
    performanceSummary: performance,
    dailyReport: () => dailyReport(history, now()),
    weekly: () => weeklyReport(history, now()),
    weeklyTrends: () => weeklyTrends(history, now()),
    performanceOverTime: ({ window = DEFAULT_WINDOW }) => overTime(window),
    performanceHistory: (question) => performanceHistory(history, question, now()),
    bottlenecks: () => bottlenecksOf(history, now()),
    errorCount: async ({ window }) => (await failuresOf(history, windowLength(window), now())).failed,
    recentErrors: async ({ limit = DEFAULT_ERRORS }) => [...(await history.errors(limit))],
    jobs: () => sources.jobs(),
    queueSize: async () => (await sources.jobs()).queueSize,
    database: () => sources.database(),
    system: () => system(''),
    usage: (question) => sources.usage.read(question),
    featureFlags: () => [...sources.flags()],
    configChanges: ({ limit = DEFAULT_CHANGES }) => configChanges(sources, limit),
    operatorStatus: () => readOperatorStatus(sources.operatorStatusFile),
    metrics: () => metricsPage(''),
    openapi: () => describeApi(sources.version),
    debugLogging: actions.debugLogging,
    collectGarbage: actions.collectGarbage,
    clearCaches: actions.clearCaches,
  };
}

const NOBODY: Caller = { address: '', agent: '' };

/** What `/events` tells of, each as its own route does. */
export const sectionsOf = ({ health, performance, jobs }: Handlers) => ({
  overview: async () => health({}, NOBODY),
  performance: async () => performance({ window: '1h' }, NOBODY),
  jobs: async () => jobs({}, NOBODY),
});

async function overview(sources: Sources): Promise<SystemOverview> {
  const { application, history, now } = sources;
  const figures = sources.process.read();
  const [given, queue] = await Promise.all([runChecks(sources.checks), queueCheck(sources.jobs)]);
  const checks = [...given, queue, memoryCheck(figures), errorRateCheck(ownFailures(history, now()))];
  return {
    status: worstHealth(checks.map(({ status }) => status)),
    uptime: Math.max(0, Math.round((now() - application.startedAt.getTime()) / 1000)),
    version: application.version,
    environment: application.environment,
    lastRestart: application.startedAt.toISOString(),
    activeConnections: await application.activeConnections(),
    checks,
    process: {
      pid: figures.pid,
      eventLoopLagMs: figures.eventLoopLagMs,
      heapUsedBytes: figures.heapUsedBytes,
      heapLimitBytes: figures.heapLimitBytes,
      residentBytes: figures.residentBytes,
    },
  };
}

/** The first start that was kept is no change; hashes stay inside. */
async function configChanges({ archive }: Sources, limit: number): Promise<ConfigChange[]> {
  const kept = (await archive()?.events<unknown>('config', limit)) ?? [];
  const changes = kept.flatMap((body) => ConfigChange.safeParse(body).data ?? []);
  return changes.filter((change) => change.changes.length > 0);
}

async function renderPage(sources: Sources): Promise<string> {
  const { history, process, jobs, application } = sources;
  return renderMetrics({
    ...sources.figures(),
    counters: history.counters(),
    isComplete: history.isComplete(),
    usage: sources.usage.latest(),
    flags: sources.flags(),
    process: process.read(),
    // A database that is down must not hide the figures that are there.
    jobs: await withDeadline(jobs, CHECK_DEADLINE_MS).catch(() => undefined),
    version: sources.version,
    startedAt: application.startedAt.getTime(),
  });
}
