/**
 * The hook-monitoring API as a table. The server (`Record<RouteName, Handler>`), the client, OpenAPI and the tests come
 * from it: a route is added here and nowhere else.
 */
import * as z from 'zod';
import { actionRoutes } from './actions.js';
import { ConfigChange } from './config-changes.js';
import { DatabaseMetrics } from './database.js';
import { FeatureFlagUsage } from './flags.js';
import { JobStatus } from './jobs.js';
import { Bottlenecks, HookError, HookPerformance, PerformanceReport, PerformanceTrends } from './performance.js';
import { PerformanceHistory } from './performance-history.js';
import { none, PositiveInteger, type RouteDefinition, WindowText } from './route-definition.js';
import { ResourceUsage, SystemMetrics, SystemOverview } from './system.js';

export type { RouteDefinition } from './route-definition.js';

export const API_PREFIX = '/api/hook-monitoring';

const windowed = z.object({ window: WindowText.optional() });
const between = z.object({ from: z.iso.datetime().optional(), to: z.iso.datetime().optional() });

export const routes = {
  health: {
    method: 'GET',
    path: '/health',
    summary: 'Status of the application and its parts; 503 when critical',
    parameters: none,
    response: SystemOverview,
    alsoAnswers: [503],
  },
  performance: {
    method: 'GET',
    path: '/performance',
    summary: 'Hook performance in a window (default: the last 24 h)',
    parameters: windowed,
    response: HookPerformance,
  },
  performanceSummary: {
    method: 'GET',
    path: '/performance/summary',
    summary: 'The same as /performance',
    parameters: windowed,
    response: HookPerformance,
  },
  dailyReport: {
    method: 'GET',
    path: '/performance/daily-report',
    summary: 'The last 24 h by hour',
    parameters: none,
    response: PerformanceReport,
    optional: true,
  },
  weekly: {
    method: 'GET',
    path: '/performance/weekly',
    summary: 'The last 7 days by day',
    parameters: none,
    response: PerformanceReport,
    optional: true,
  },
  weeklyTrends: {
    method: 'GET',
    path: '/performance/weekly-trends',
    summary: 'Each hook against the week before',
    parameters: none,
    response: PerformanceTrends,
    optional: true,
  },
  performanceHistory: {
    method: 'GET',
    path: '/performance/history',
    summary: 'Each hook by the hour (default: the last 7 days)',
    parameters: between,
    response: PerformanceHistory,
    maxBytes: 50_000_000, // a week of 200 hooks that never rest is 3 MB
    optional: true,
  },
  bottlenecks: {
    method: 'GET',
    path: '/performance/bottlenecks',
    summary: 'Hooks by share of time, with the reason',
    parameters: none,
    response: Bottlenecks,
    optional: true,
  },
  errorCount: {
    method: 'GET',
    path: '/errors/count/:window',
    summary: 'Failed hook runs in the window, a bare integer',
    parameters: z.object({ window: WindowText }),
    response: z.number().int().min(0),
  },
  recentErrors: {
    method: 'GET',
    path: '/errors/recent',
    summary: 'Errors, newest first',
    parameters: z.object({ limit: PositiveInteger.optional() }),
    response: z.array(HookError),
  },
  jobs: { method: 'GET', path: '/jobs', summary: 'Background jobs', parameters: none, response: JobStatus },
  queueSize: {
    method: 'GET',
    path: '/jobs/queue/size',
    summary: 'Jobs ready and waiting, a bare integer',
    parameters: none,
    response: z.number().int().min(0),
  },
  database: {
    method: 'GET',
    path: '/database',
    summary: 'The database as the application sees it',
    parameters: none,
    response: DatabaseMetrics,
    optional: true,
  },
  system: {
    method: 'GET',
    path: '/system',
    summary: 'The host of the application, now',
    parameters: none,
    response: SystemMetrics,
    optional: true,
  },
  usage: {
    method: 'GET',
    path: '/usage',
    summary: 'Resource usage over time',
    parameters: between.extend({ step: WindowText.optional() }),
    response: z.array(ResourceUsage),
    optional: true,
  },
  featureFlags: {
    method: 'GET',
    path: '/feature-flags',
    summary: 'Feature flags and how often they are asked for',
    parameters: none,
    response: z.array(FeatureFlagUsage),
    optional: true,
  },
  configChanges: {
    method: 'GET',
    path: '/config/changes',
    summary: 'Changes of the configuration, newest first; paths, never values',
    parameters: z.object({ limit: PositiveInteger.optional() }),
    response: z.array(ConfigChange),
    optional: true,
  },
  events: {
    method: 'GET',
    path: '/events',
    summary: 'Server-sent events: overview, performance and jobs, as they change',
    parameters: none,
    response: z.string(),
    contentType: 'text/event-stream; charset=utf-8',
    stream: true,
    optional: true,
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    summary: 'Prometheus text format',
    parameters: none,
    response: z.string(),
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    optional: true,
  },
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This API, described',
    parameters: none,
    response: z.record(z.string(), z.unknown()),
    optional: true,
  },
  ...actionRoutes,
} as const satisfies Record<string, RouteDefinition>;

export type RouteName = keyof typeof routes;
export type RouteParameters<Name extends RouteName> = z.output<(typeof routes)[Name]['parameters']>;
export type RouteResponse<Name extends RouteName> = z.output<(typeof routes)[Name]['response']>;
/** Who sent a request. */
export interface Caller {
  readonly address: string;
  readonly agent: string;
}
type StreamName = { [Name in RouteName]: (typeof routes)[Name] extends { stream: true } ? Name : never }[RouteName];
/** Routes that change nothing and end: those the operator's side asks. */
export type ReadableName = Exclude<RouteName, StreamName | keyof typeof actionRoutes>;
export const isReadable = (name: RouteName): name is ReadableName =>
  !('stream' in routes[name] || name in actionRoutes);
/** What a server must offer besides its streams: the compiler lists the routes it lacks. */
export type Handlers = {
  readonly [Name in Exclude<RouteName, StreamName>]: (
    parameters: RouteParameters<Name>,
    caller: Caller,
  ) => RouteResponse<Name> | Promise<RouteResponse<Name>>;
};
