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
import { OperatorStatus } from './operator-status.js';
import { performanceRoutes } from './performance-routes.js';
import { between, none, PositiveInteger, type RouteDefinition, WindowText } from './route-definition.js';
import { ResourceUsage, SystemMetrics, SystemOverview } from './system.js';

export type { RouteDefinition } from './route-definition.js';

export const API_PREFIX = '/api/hook-monitoring';

export const routes = {
  health: {
    method: 'GET',
    path: '/health',
    summary: 'Status of the application and its parts; 503 when critical',
    parameters: none,
    response: SystemOverview,
    alsoAnswers: [503],
  },
  ...performanceRoutes,
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
  operatorStatus: {
    method: 'GET',
    path: '/operator-status',
    summary: "What the operator's side last wrote (`monitoring publish`); null when it wrote nothing",
    parameters: none,
    response: OperatorStatus.nullable(),
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
