/** Application and host: the guide's SystemOverview, SystemMetrics and ResourceUsage. */
import * as z from 'zod';

/** ISO-8601 UTC. */
export const Time = z.iso.datetime();

/** The guide's words for the application's own state (not our status words). */
export const Health = z.enum(['healthy', 'warning', 'critical']);

export const ApplicationCheck = z.object({
  name: z.string(),
  status: Health,
  message: z.string(),
  durationMs: z.number().optional(),
});

/** `GET /health`. Guide's fields first; `uptime` in seconds. */
export const SystemOverview = z.lazy(() =>
  z.object({
    status: Health,
    uptime: z.number(),
    version: z.string(),
    environment: z.string(),
    lastRestart: Time,
    activeConnections: z.number(),
    checks: z.array(ApplicationCheck),
    /** The application's own process. */
    process: z
      .object({
        pid: z.number(),
        eventLoopLagMs: z.number(),
        heapUsedBytes: z.number(),
        heapLimitBytes: z.number(),
        residentBytes: z.number(),
      })
      .optional(),
  }),
);
export type SystemOverview = z.infer<typeof SystemOverview>;

/** `GET /system`: the host the application runs on. Memory and disk in bytes, usage 0..1, rates per second. */
export const SystemMetrics = z.object({
  cpu: z.object({ usage: z.number(), loadAverage: z.array(z.number()) }),
  memory: z.object({ used: z.number(), free: z.number(), cached: z.number(), buffers: z.number() }),
  disk: z.object({ used: z.number(), free: z.number(), iops: z.number().nullable() }),
  network: z
    .object({
      bytesIn: z.number(),
      bytesOut: z.number(),
      packetsIn: z.number().nullable(),
      packetsOut: z.number().nullable(),
    })
    .nullable(),
});
export type SystemMetrics = z.infer<typeof SystemMetrics>;

/** One sample of `GET /usage`. Fractions 0..1; `network` in bytes per second. */
export const ResourceUsage = z.lazy(() =>
  z.object({
    timestamp: Time,
    cpu: z.number(),
    memory: z.number(),
    disk: z.number(),
    network: z.number(),
    activeUsers: z.number(),
    requestsPerSecond: z.number(),
    /** The process that took it. */
    instance: z.string().optional(),
  }),
);
export type ResourceUsage = z.infer<typeof ResourceUsage>;
