import type { JobStatus } from '../../../contract/index.js';
import type { Inquiry } from '../inquiry.js';

/** `GET /jobs`. Instances look at one queue: the highest is the newest, not their sum. */
export async function jobs(inquiry: Inquiry): Promise<JobStatus> {
  const highest = async (name: string) => (await inquiry.latest('max', name))[0]?.value ?? null;
  const highestBy = async (label: string, name: string) => {
    const lines = await inquiry.latest(`max by (${label})`, name);
    return Object.fromEntries(lines.map(({ labels, value }) => [labels[label] ?? '', value]));
  };
  const [ready, age, processingRate, meanSeconds, jobsByState, jobsByType] = await Promise.all([
    queueSize(inquiry),
    highest('strapi_job_oldest_ready_age_seconds'),
    highest('strapi_jobs_processed_per_minute'),
    highest('strapi_job_processing_mean_seconds'),
    highestBy('state', 'strapi_jobs'),
    highestBy('type', 'strapi_jobs_ready_by_type'),
  ]);
  return {
    queueSize: ready,
    processingRate,
    completedJobs: jobsByState.completed ?? null,
    failedJobs: jobsByState.failed ?? 0,
    averageProcessingTime: meanSeconds === null ? null : meanSeconds * 1000,
    jobsByType,
    jobsByState,
    oldestReadyAgeSeconds: ready === 0 ? null : age,
  };
}

/** `GET /jobs/queue/size`. */
export async function queueSize({ latest, absent }: Inquiry): Promise<number> {
  const [ready] = await latest('max', READY);
  if (ready === undefined) throw absent(READY);
  return ready.value;
}

const READY = 'strapi_jobs_ready';
