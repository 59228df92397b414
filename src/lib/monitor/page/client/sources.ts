/** What the page reads, how often, and what it is told without asking. */
import type {
  DatabaseMetrics,
  HookPerformance,
  JobStatus,
  OperatorStatus,
  PerformanceOverTime,
  ResourceUsage,
  SystemOverview,
} from '../../../contract/index.js';

export interface Data {
  readonly overview: SystemOverview;
  readonly performance: HookPerformance;
  readonly jobs: JobStatus;
  readonly database: DatabaseMetrics;
  readonly operator: OperatorStatus | null;
  readonly history: PerformanceOverTime;
  readonly usage: readonly ResourceUsage[];
}
export type SourceName = keyof Data;

export const RANGES = ['1h', '24h', '7d', '30d'] as const;
export type Range = (typeof RANGES)[number];

const HOUR_MS = 3_600_000;
/**
 * Some two hundred points at most: more than a phone can show, and few enough to send. Not below a minute, by which the
 * samples of other instances are kept: at most points only one of them would be seen, and their sum would be none.
 */
const SPANS = {
  '1h': { lengthMs: HOUR_MS, step: '1m', everyMs: 60_000 },
  '24h': { lengthMs: 24 * HOUR_MS, step: '6m', everyMs: 60_000 },
  '7d': { lengthMs: 7 * 24 * HOUR_MS, step: '1h', everyMs: 300_000 },
  '30d': { lengthMs: 30 * 24 * HOUR_MS, step: '4h', everyMs: 300_000 },
} as const satisfies Record<Range, object>;

interface Source {
  /** Below the page's own path. */
  readonly path: (range: Range, now: number) => string;
  readonly everyMs: (range: Range) => number;
  /** Told by the stream of events as well: asked for only while there is none. */
  readonly isLive?: true;
  /** Another range is another question. */
  readonly isRanged?: true;
}

export const SOURCES: Readonly<Record<SourceName, Source>> = {
  overview: { path: () => '/data/health', everyMs: () => 10_000, isLive: true },
  performance: { path: () => '/data/performance?window=1h', everyMs: () => 10_000, isLive: true },
  jobs: { path: () => '/data/jobs', everyMs: () => 10_000, isLive: true },
  history: {
    path: (range) => `/data/performance/over-time?window=${range}`,
    everyMs: (range) => SPANS[range].everyMs,
    isRanged: true,
  },
  usage: { path: usagePath, everyMs: (range) => SPANS[range].everyMs, isRanged: true },
  database: { path: () => '/data/database', everyMs: () => 30_000 },
  operator: { path: () => '/data/operator-status', everyMs: () => 30_000 },
};

function usagePath(range: Range, now: number): string {
  const { lengthMs, step } = SPANS[range];
  return `/data/usage?from=${new Date(now - lengthMs).toISOString()}&to=${new Date(now).toISOString()}&step=${step}`;
}
