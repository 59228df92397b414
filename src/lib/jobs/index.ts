/** Background jobs, as the application reports them. */
export { judgeJobs } from './decide.js';
export { QueueStatusFlags, QueueStatusResult, queueStatus } from './queue-status.js';
export { wholeQueue } from './whole-queue.js';
