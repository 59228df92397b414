/** The application, its hooks and its work. */
import { writeDuration } from '../../units.js';
import { BLIND, critical, type Draft, levelOf, MINUTE_MS, type RuleSettings, warning } from './draft.js';

export function availability(): Draft[] {
  return [
    critical('application-down', "system.status === 'critical'", {
      description: 'The application does not answer, or reports itself as critical.',
      for: MINUTE_MS,
    }),
    critical('database-down', 'database.reachable === false', {
      description: 'PostgreSQL takes no connection from this host.',
      for: MINUTE_MS,
      noData: 'alert',
    }),
    critical('metrics-unavailable', 'monitoring.available === false', {
      description: 'The application answers, but its figures are not to be had: most other alerts are blind.',
      for: 2 * MINUTE_MS,
      // Without its database an application has no figures of jobs and statements to give.
      inhibitedBy: ['application-down', 'database-down'],
    }),
    warning('notifications-stuck', 'delivery.oldestPendingAge > 10m', {
      description: 'A notification has not been delivered: a channel is broken.',
    }),
  ];
}

export function hooks({ kpis: { errorRate, hookExecutionTimeMs } }: RuleSettings): Draft[] {
  const slow = 'hooks.averageExecutionTime';
  return [
    critical('excessive-error-rate', `hooks.errorRate > ${levelOf(errorRate, 'critical')}`, {
      description: 'Many hook runs fail.',
      inhibitedBy: BLIND,
    }),
    warning('high-error-rate', `hooks.errorRate > ${levelOf(errorRate, 'warning')}`, {
      description: 'More hook runs fail than the KPI allows.',
      cooldown: 15 * MINUTE_MS,
      confidence: 0.95,
      inhibitedBy: [...BLIND, 'excessive-error-rate'],
    }),
    critical('very-slow-hooks', `${slow} > ${levelOf(hookExecutionTimeMs, 'critical')}`, {
      description: 'Hooks take so long that users notice.',
      inhibitedBy: BLIND,
    }),
    warning('slow-hooks', `${slow} > ${levelOf(hookExecutionTimeMs, 'warning')}`, {
      description: 'Hooks take longer than they should.',
      inhibitedBy: [...BLIND, 'very-slow-hooks'],
    }),
  ];
}

export function work({ kpis, database, maintenance }: RuleSettings): Draft[] {
  const lasting = { for: 5 * MINUTE_MS, inhibitedBy: BLIND };
  return [
    warning('slow-responses', `system.responseTime > ${levelOf(kpis.responseTimeMs, 'warning')}`, {
      description: 'The application takes long to answer.',
      ...lasting,
    }),
    warning('slow-queries', `database.averageQueryTime > ${writeDuration(database.thresholds.slowQuery.averageTime)}`, {
      description: 'SQL statements of the application take long on average.',
      ...lasting,
    }),
    warning('queue-backlog', `jobs.queueSize > ${levelOf(kpis.queueBacklog, 'warning')}`, {
      description: 'More background jobs wait than the KPI allows.',
      ...lasting,
    }),
    warning('queue-stalled', `jobs.oldestReadyAge > ${writeDuration(maintenance.queueAgeWarning)}`, {
      description: 'A background job has been ready for long and nobody takes it.',
      inhibitedBy: BLIND,
    }),
    warning('slow-jobs', `jobs.averageProcessingTime > ${levelOf(kpis.jobProcessingSeconds, 'warning')}s`, {
      description: 'Background jobs take long on average.',
      ...lasting,
    }),
  ];
}
