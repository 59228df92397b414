/** What the monitoring API tells of hooks and their errors. */
import * as z from 'zod';
import { Bottlenecks, HookError, HookPerformance, PerformanceReport, PerformanceTrends } from './performance.js';
import { PerformanceHistory } from './performance-history.js';
import { PerformanceOverTime } from './performance-over-time.js';
import { between, none, PositiveInteger, type RouteDefinition, WindowText } from './route-definition.js';

const windowed = z.object({ window: WindowText.optional() });

export const performanceRoutes = {
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
  performanceOverTime: {
    method: 'GET',
    path: '/performance/over-time',
    summary: 'All hooks together over time (default: the last 24 h), by minute, hour or day',
    parameters: windowed,
    response: PerformanceOverTime,
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
} as const satisfies Record<string, RouteDefinition>;
