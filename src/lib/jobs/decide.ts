/** Judges the job queue. */
import type { Config } from '../config/index.js';
import type { JobStatus } from '../contract/index.js';
import { breachOf } from '../levels.js';
import { formatDuration, formatPercent } from '../measures.js';
import type { Finding } from '../status.js';
import { UNREAD_HINT, unreadSources } from './whole-queue.js';

export type JobLevels = Pick<Config, 'kpis' | 'maintenance'>;

/** What an operator should know about the queue. */
export function judgeJobs(jobs: JobStatus, levels: JobLevels): Finding[] {
  return [
    ...judgeSources(jobs),
    ...judgeBacklog(jobs, levels),
    ...judgeAge(jobs, levels),
    ...judgeSpeed(jobs, levels),
    ...judgeFailures(jobs, levels),
  ];
}

/** The figures speak of the other sources. */
const judgeSources = (jobs: JobStatus): Finding[] =>
  unreadSources(jobs).map((unread) => ({
    code: 'VOPS-QUEUE-UNREADABLE',
    severity: 'unknown',
    message: `${unread}; the figures are without them`,
    hint: UNREAD_HINT,
  }));

const LOOK_AT_WORKERS = 'look at the log of the workers, and at the types below: viktoria-ops queue status';

/** One finding: the highest of the alert levels and of the daily check's own level that the queue is above. */
function judgeBacklog({ queueSize }: JobStatus, { kpis, maintenance }: JobLevels): Finding[] {
  const breach = breachOf(queueSize, kpis.queueBacklog);
  const daily = maintenance.queueSizeWarning;
  if (breach?.severity !== 'error' && queueSize > daily) {
    return [backlog('warning', `${queueSize} jobs wait, above ${daily} (maintenance.queueSizeWarning)`)];
  }
  if (!breach) return [];
  const { severity, limit, level } = breach;
  return [backlog(severity, `${queueSize} jobs wait, above ${limit} (kpis.queueBacklog.${level})`)];
}

const backlog = (severity: Finding['severity'], message: string): Finding => ({
  code: 'VOPS-QUEUE-BACKLOG',
  severity,
  message,
  hint: LOOK_AT_WORKERS,
});

function judgeAge({ oldestReadyAgeSeconds, processingRate }: JobStatus, { maintenance }: JobLevels): Finding[] {
  const ageMs = (oldestReadyAgeSeconds ?? 0) * 1000;
  if (ageMs <= maintenance.queueAgeWarning) return [];
  const limit = formatDuration(maintenance.queueAgeWarning);
  const standstill = processingRate === 0 ? ', and none is being processed' : '';
  return [
    {
      code: processingRate === 0 ? 'VOPS-QUEUE-STANDSTILL' : 'VOPS-QUEUE-OLD-JOB',
      severity: 'warning',
      message: `a job has been ready for ${formatDuration(ageMs)}${standstill}: longer than ${limit} (maintenance.queueAgeWarning)`,
      hint: processingRate === 0 ? 'are the workers running? look at their log' : LOOK_AT_WORKERS,
    },
  ];
}

function judgeSpeed({ averageProcessingTime }: JobStatus, { kpis }: JobLevels): Finding[] {
  const seconds = (averageProcessingTime ?? 0) / 1000;
  const breach = breachOf(seconds, kpis.jobProcessingSeconds);
  if (!breach) return [];
  return [
    {
      code: 'VOPS-QUEUE-SLOW',
      severity: breach.severity,
      message: `a job takes ${formatDuration(seconds * 1000)} on average, above ${breach.limit} s (kpis.jobProcessingSeconds.${breach.level})`,
      hint: 'look for slow queries the jobs run: viktoria-ops db health',
    },
  ];
}

/** Retries may still mend a failed job, so even many are a warning; few among many are a note. */
function judgeFailures({ failedJobs, completedJobs }: JobStatus, { kpis }: JobLevels): Finding[] {
  if (failedJobs === 0) return [];
  if (completedJobs === null) return [failures('info', `${failedJobs} jobs failed; how many were done is not known`)];
  const share = failedJobs / (failedJobs + completedJobs);
  const breach = breachOf(share, kpis.errorRate);
  const finished = failedJobs + completedJobs;
  return [
    failures(
      breach ? 'warning' : 'info',
      `${failedJobs} of ${finished} finished jobs failed (${formatPercent(share)})`,
    ),
  ];
}

const failures = (severity: Finding['severity'], message: string): Finding => ({
  code: 'VOPS-QUEUE-FAILED',
  severity,
  message,
  hint: 'look at their errors in the log of the workers',
});
