import * as z from 'zod';
import type { Context } from '../context.js';
import { JobStatus } from '../contract/index.js';
import { conclude, type Outcome } from '../status.js';
import { judgeJobs } from './decide.js';

export const QueueStatusFlags = z.object({});

/** The answer of `GET /jobs`. */
export const QueueStatusResult = JobStatus;

/** Asks the application for its job queue and judges it. Errors: `VOPS-API-…`. */
export async function queueStatus(context: Pick<Context, 'api' | 'config'>): Promise<Outcome<JobStatus>> {
  const [jobs, config] = await Promise.all([context.api('jobs'), context.config()]);
  return conclude(jobs, judgeJobs(jobs, config));
}
