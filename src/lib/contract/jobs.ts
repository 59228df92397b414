/** Background jobs. */
import * as z from 'zod';

/** `GET /jobs`. Guide's fields first; `processingRate` in jobs per minute, times in milliseconds. */
export const JobStatus = z.lazy(() =>
  z.object({
    /** Jobs ready to run and waiting: those scheduled for later do not count. */
    queueSize: z.number(),
    /** Null where the job library does not tell. */
    processingRate: z.number().nullable(),
    completedJobs: z.number().nullable(),
    failedJobs: z.number(),
    averageProcessingTime: z.number().nullable(),
    /** Waiting jobs by type. */
    jobsByType: z.record(z.string(), z.number()),
    jobsByState: z.record(z.string(), z.number()),
    oldestReadyAgeSeconds: z.number().nullable(),
    /** Each source by name: `ok`, or why it cannot be read. */
    sources: z.record(z.string(), z.string()).optional(),
  }),
);
export type JobStatus = z.infer<typeof JobStatus>;
