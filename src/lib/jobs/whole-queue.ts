/** The job queue for who measures it: of every source, or none. A part of it would pass for an emptier queue. */
import type { Context } from '../context.js';
import type { JobStatus } from '../contract/index.js';
import { OperatorError } from '../errors.js';

/** Asks the application. Errors: `VOPS-API-…`, and `VOPS-QUEUE-UNREADABLE` while one of the sources cannot be read. */
export async function wholeQueue({ api }: Pick<Context, 'api'>): Promise<JobStatus> {
  const status = await api('jobs');
  const unread = unreadSources(status);
  if (unread.length === 0) return status;
  throw new OperatorError('VOPS-QUEUE-UNREADABLE', unread.join(', '), { hint: UNREAD_HINT });
}

/** `jobs of bullmq cannot be read: …`, of each source that is in none of the figures. */
export const unreadSources = ({ sources = {} }: JobStatus): readonly string[] =>
  Object.entries(sources)
    .filter(([, state]) => state !== 'ok')
    .map(([name, state]) => `jobs of ${name} ${state}`);

export const UNREAD_HINT =
  'does their database or Redis answer? see hook-monitoring.config.jobs of the application, and its log';
