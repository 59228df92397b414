/** One verdict on the application, within a second whatever hangs. */
import type { JobStatus, SystemOverview } from '../contract/index.js';
import { withDeadline } from './deadline.js';
import type { ProcessFigures } from './process.js';

type Check = SystemOverview['checks'][number];
export type HealthWord = Check['status'];

/** One thing that can be healthy or not. What throws or does not answer in time is critical. */
export interface HealthCheck {
  readonly name: string;
  readonly check: () => Promise<{ readonly status: HealthWord; readonly message: string }>;
}

/** The guide's "Alert Levels": memory > 80 % and > 90 %, error rate > 1 % and > 5 %. */
const HEALTH_THRESHOLDS = {
  memoryUsage: { warning: 0.8, critical: 0.9 },
  errorRate: { warning: 0.01, critical: 0.05 },
} as const;

/** Below this many runs one error is no rate: 1 of 50 would read as 2 %. */
const FEWEST_RUNS = 20;
/** Per check, so that the whole answers within 1 s. */
export const CHECK_DEADLINE_MS = 800;

const WORDS = ['healthy', 'warning', 'critical'] as const satisfies readonly HealthWord[];

/** The worst of several words. */
export function worstHealth(words: readonly HealthWord[]): HealthWord {
  return WORDS[Math.max(0, ...words.map((word) => WORDS.indexOf(word)))] ?? 'healthy';
}

/** Runs the checks side by side, each against the deadline. */
export function runChecks(checks: readonly HealthCheck[], deadlineMs = CHECK_DEADLINE_MS): Promise<Check[]> {
  return Promise.all(checks.map((check) => runCheck(check, deadlineMs)));
}

async function runCheck({ name, check }: HealthCheck, deadlineMs: number): Promise<Check> {
  const startedAt = performance.now();
  const verdict = await withDeadline(check, deadlineMs).catch((error: unknown) => ({
    status: 'critical' as const,
    message: reasonOf(error),
  }));
  return { name, ...verdict, durationMs: Math.round((performance.now() - startedAt) * 10) / 10 };
}

/** A connection refused on several addresses carries its code and no message. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return error.message || code;
}

/** Memory of the process against its limits: the heap's, and the container's or host's. */
export function memoryCheck(figures: ProcessFigures): Check {
  const heap = figures.heapUsedBytes / figures.heapLimitBytes;
  const resident = figures.residentBytes / figures.memoryLimitBytes;
  const usage = Math.max(heap, resident);
  const what = heap >= resident ? 'of the heap limit' : 'of the memory there is';
  return { name: 'memory', status: grade(usage, HEALTH_THRESHOLDS.memoryUsage), message: `${percent(usage)} ${what}` };
}

/** Failed hook runs of the last hour among all: long enough to be a rate, short enough to recover. Refused input is no failure. */
export function errorRateCheck({ failed, executions }: { failed: number; executions: number }): Check {
  const name = 'error rate';
  if (executions < FEWEST_RUNS) {
    return { name, status: 'healthy', message: `${failed} of ${executions} hook runs failed; too few for a rate` };
  }
  const status = grade(failed / executions, HEALTH_THRESHOLDS.errorRate);
  const message = `${percent(failed / executions)} of ${executions} hook runs failed in 1h`;
  return { name, status, message };
}

/** The guide: queue backlog > 50 jobs. */
const BACKLOG_WARNING = 50;

/** Jobs that wait. Work that waits is not lost, so that a queue cannot be read is a warning here. */
export async function queueCheck(jobs: () => Promise<JobStatus>): Promise<Check> {
  const name = 'jobs';
  try {
    const { queueSize } = await withDeadline(jobs, CHECK_DEADLINE_MS);
    return { name, status: queueSize > BACKLOG_WARNING ? 'warning' : 'healthy', message: `${queueSize} ready` };
  } catch (error) {
    return { name, status: 'warning', message: `cannot be read: ${reasonOf(error)}` };
  }
}

function grade(value: number, { warning, critical }: { warning: number; critical: number }): HealthWord {
  if (value > critical) return 'critical';
  return value > warning ? 'warning' : 'healthy';
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;
