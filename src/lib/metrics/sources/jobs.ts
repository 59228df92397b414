/** Background jobs. */
import { wholeQueue } from '../../jobs/index.js';
import type { Source } from './source.js';

export const jobs: Source = {
  name: 'jobs',
  api: 'required',
  read: async ({ context }) => {
    const status = await wholeQueue(context);
    return {
      values: {
        'jobs.queueSize': status.queueSize,
        // An empty queue has no oldest job: nothing waits.
        'jobs.oldestReadyAge': status.queueSize === 0 ? 0 : status.oldestReadyAgeSeconds,
        'jobs.processingRate': status.processingRate,
        'jobs.completedJobs': status.completedJobs,
        'jobs.failedJobs': status.failedJobs,
        'jobs.averageProcessingTime': status.averageProcessingTime,
      },
    };
  },
};
