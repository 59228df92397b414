/** The job queue, judged as `queue status` does. */
import { judgeJobs } from '../../jobs/index.js';
import { conclude } from '../../status.js';
import { type HealthCheck, notAssessed, noVerdict } from '../check.js';

export const jobs: HealthCheck = {
  name: 'jobs',
  assess: async ({ context, overview }) => {
    const asked = context.api('jobs').catch((error: unknown) => noVerdict('jobs', error));
    const [answer, isReachable] = await Promise.all([asked, overview.then(Boolean, () => false)]);
    if (!isReachable) return notAssessed();
    if ('result' in answer) return answer;
    const { queueSize, failedJobs } = answer;
    return conclude(`${queueSize} waiting, ${failedJobs} failed`, judgeJobs(answer, await context.config()));
  },
};
