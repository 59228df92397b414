import type { JobStatus } from '../../../lib/contract/index.js';
import { definePanel } from '../../../lib/dashboard/index.js';
import type { Theme } from '../../../lib/terminal/theme.js';
import queue from '../../queue/status.js';
import { mostFirst } from '../order.js';

/** The guide's JobStatus. */
export const jobs = definePanel({
  id: 'jobs',
  title: 'Jobs',
  source: queue,
  given: {},
  more: 'viktoria-ops queue status',
  everyMs: 0,
  lines: (job, theme) => [
    `${theme.count(job.queueSize)} wait${ageOf(job, theme)}`,
    `${theme.count(job.processingRate)} a minute, mean ${theme.duration(job.averageProcessingTime)}, ${theme.count(job.failedJobs)} failed`,
    ...mostFirst(job.jobsByType).map(([type, count]) => `${theme.count(count)} ${type}`),
  ],
});

const ageOf = ({ oldestReadyAgeSeconds: age }: JobStatus, theme: Theme): string =>
  age === null ? '' : `, the oldest for ${theme.duration(age * 1000)}`;
