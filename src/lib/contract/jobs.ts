/** Background jobs. */
import * as z from 'zod';

/** `GET /jobs`. Guide's fields first; `processingRate` in jobs per minute, times in milliseconds. */
export const JobStatus = z.object({
  /** Jobs ready to run and waiting: those scheduled for later do not count. */
  queueSize: z.number(),
  processingRate: z.number(),
  completedJobs: z.number(),
  failedJobs: z.number(),
  averageProcessingTime: z.number().nullable(),
  /** Waiting jobs by type. */
  jobsByType: z.record(z.string(), z.number()),
  jobsByState: z.record(z.string(), z.number()),
  oldestReadyAgeSeconds: z.number().nullable(),
});
export type JobStatus = z.infer<typeof JobStatus>;
