/** What the monitoring API tells of hooks and their errors. */
import * as z from 'zod';
import {
  Bottlenecks,
  HookError,
  HookPerformance,
  PerformanceHistory,
  PerformanceReport,
  PerformanceTrends,
} from './performance.js';
import { none, PositiveInteger, type RouteDefinition, WindowText } from './route-definition.js';

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
    summary: 'All hooks together over time (default: the last 24 h), by minute, hour or day',
    parameters: windowed,
    response: PerformanceHistory,
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
