/** Hook performance. Times in milliseconds, rates 0..1; null where nothing ran, for 0 of 0 is no rate. */
import * as z from 'zod';
import { Time } from './system.js';

const Measured = z.number().nullable();

/** One run of one hook, as the guide names it. Milliseconds, bytes, CPU 0..1; null where a run is not measured by itself. */
export const HookMetrics = z.lazy(() =>
  z.object({
    contentType: z.string(),
    operation: z.string(),
    executionTime: z.number(),
    memoryUsage: Measured,
    cpuUsage: Measured,
    timestamp: Time,
    success: z.boolean(),
    errorType: z.string().optional(),
  }),
);

/** Runs of one hook (`contentType` × `operation` × `source`), or of one action on documents, in the window. */
export const HookMetric = z.lazy(() =>
  z.object({
    contentType: z.string(),
    operation: z.string(),
    executions: z.number(),
    errors: z.number(),
    averageExecutionTime: Measured,
    /** Own time, without the hooks it set off. */
    averageOwnTime: Measured,
    p50: Measured,
    p95: Measured,
    p99: Measured,
    maxExecutionTime: Measured,
    /** `model` for a content type's own lifecycle function, else the subscriber's name. */
    source: z.string().optional(),
    /** Runs that refused their input. */
    rejections: z.number().optional(),
    /** Runs whose transaction ended so; a run outside a transaction is neither. */
    committed: z.number().optional(),
    rolledBack: z.number().optional(),
    /** SQL statements a run sent itself, and the time they took. */
    averageQueries: Measured.optional(),
    averageQueryTime: Measured.optional(),
  }),
);
export type HookMetric = z.infer<typeof HookMetric>;

export const HookError = z.object({
  timestamp: Time,
  contentType: z.string(),
  operation: z.string(),
  /** Name of the error's class, such as `ValidationError`. */
  errorType: z.string(),
  message: z.string(),
  /** Input refused on purpose (validation family) or a failure of the hook. Only failures count in the error rate. */
  outcome: z.enum(['rejected', 'failed']),
  executionTime: z.number(),
  source: z.string().optional(),
  /** Equal for the same fault at the same place. */
  fingerprint: z.string().optional(),
  /** Frames of the stack, without the message. */
  stack: z.string().optional(),
  /** The process that saw it. */
  instance: z.string().optional(),
});
export type HookError = z.infer<typeof HookError>;

/** The period a figure speaks of, and how much of it was observed (0..1). */
export const Window = z.object({ from: Time, to: Time, coverage: z.number() });

/** `GET /performance` and `/performance/summary`. */
export const HookPerformance = z.lazy(() =>
  z.object({
    totalExecutions: z.number(),
    averageExecutionTime: Measured,
    successRate: Measured,
    errorRate: Measured,
    slowestHooks: z.array(HookMetric),
    recentErrors: z.array(HookError),
    window: Window,
    p50: Measured,
    p95: Measured,
    p99: Measured,
    rejectedExecutions: z.number(),
    failedExecutions: z.number(),
    /** `partial` when some hooks could not be instrumented. */
    instrumentation: z.enum(['complete', 'partial']),
    /** What users did, slowest mean first: one action of the Document Service sets off several hooks. */
    documents: z.array(HookMetric).optional(),
  }),
);
export type HookPerformance = z.infer<typeof HookPerformance>;

/** `GET /performance/daily-report` and `/performance/weekly`: one row a hook, one bucket a step of the period. */
export const PerformanceReport = z.lazy(() =>
  z.object({
    window: Window,
    totalExecutions: z.number(),
    averageExecutionTime: Measured,
    errorRate: Measured,
    hooks: z.array(HookMetric),
    buckets: z.array(
      z.object({
        from: Time,
        executions: z.number(),
        errors: z.number(),
        averageExecutionTime: Measured,
        p95: Measured,
      }),
    ),
  }),
);
export type PerformanceReport = z.infer<typeof PerformanceReport>;

/** `GET /performance/weekly-trends`: each hook's mean against the period before; `change` is a fraction, 0.2 = slower by 20 %. */
export const PerformanceTrends = z.lazy(() =>
  z.object({
    window: Window,
    previous: Window,
    hooks: z.array(
      z.object({
        contentType: z.string(),
        operation: z.string(),
        /** As in HookMetric: a model and a subscriber may have the same operation. */
        source: z.string().optional(),
        executions: z.number(),
        averageExecutionTime: Measured,
        previousAverageExecutionTime: Measured,
        change: Measured,
      }),
    ),
  }),
);
export type PerformanceTrends = z.infer<typeof PerformanceTrends>;

/**
 * `queries`: many statements a run. `slow_query`: few, but they take most of the time. `waiting`: most runs are quick, and
 * some wait in the database, as for locks. `nested`: the hooks it sets off. `uneven`: as `waiting`, but elsewhere.
 * `slow`: its own code, or what it calls outside. `frequent`: nothing of all this, but many runs.
 */
export const BottleneckCause = z.enum(['queries', 'slow_query', 'waiting', 'nested', 'uneven', 'slow', 'frequent']);
export type BottleneckCause = z.infer<typeof BottleneckCause>;

/** `GET /performance/bottlenecks`: hooks by their share of all own time, with the reason. */
export const Bottlenecks = z.lazy(() =>
  z.object({
    window: Window,
    bottlenecks: z.array(
      z.object({
        contentType: z.string(),
        operation: z.string(),
        shareOfTime: z.number(),
        averageExecutionTime: z.number(),
        reason: z.string(),
        /** The reason for programs. Absent: the backend is of an older version, as it is without the figures below. */
        cause: BottleneckCause.optional(),
        source: z.string().optional(),
        executions: z.number().optional(),
        averageOwnTime: Measured.optional(),
        averageQueries: Measured.optional(),
        averageQueryTime: Measured.optional(),
        p50: Measured.optional(),
        p99: Measured.optional(),
      }),
    ),
  }),
);
export type Bottlenecks = z.infer<typeof Bottlenecks>;
