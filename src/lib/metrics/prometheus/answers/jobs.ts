import type { JobStatus } from '../../../contract/index.js';
import type { Inquiry } from '../inquiry.js';

/** `GET /jobs`. Instances look at one queue: the highest is the newest, not their sum. */
export async function jobs({ latest, absent }: Inquiry): Promise<JobStatus> {
  const [[ready], [age], states] = await Promise.all([
    latest('max', READY),
    latest('max', 'strapi_job_oldest_ready_age_seconds'),
    latest('max by (state)', 'strapi_jobs'),
  ]);
  if (ready === undefined) throw absent(READY);
  const jobsByState = Object.fromEntries(states.map(({ labels, value }) => [labels.state ?? '', value]));
  return {
    queueSize: ready.value,
    processingRate: null,
    completedJobs: jobsByState.completed ?? null,
    failedJobs: jobsByState.failed ?? 0,
    averageProcessingTime: null,
    jobsByType: {},
    jobsByState,
    oldestReadyAgeSeconds: ready.value === 0 ? null : (age?.value ?? null),
  };
}

/** `GET /jobs/queue/size`. */
export async function queueSize({ latest, absent }: Inquiry): Promise<number> {
  const [ready] = await latest('max', READY);
  if (ready === undefined) throw absent(READY);
  return ready.value;
}

const READY = 'strapi_jobs_ready';
