/** The guide's twelve KPIs, in its order. */
import type { Config } from '../config/index.js';
import { ofChecks, userSatisfaction } from './business.js';
import type { Measurement } from './measurement.js';
import {
  errorRate,
  hookExecutionTime,
  hookSuccessRate,
  jobProcessing,
  type Material,
  memoryUsage,
  queueBacklog,
  responseTime,
  uptimeShare,
} from './technical.js';

export const GROUPS = ['system', 'hooks', 'business'] as const;
/** Milliseconds, seconds, a count, or a share 0..1. */
export const UNITS = ['ms', 's', 'count', 'share'] as const;
export type Unit = (typeof UNITS)[number];

export interface Kpi {
  /** Its key under `kpis`, where the target is. */
  readonly id: keyof Config['kpis'];
  readonly title: string;
  readonly group: (typeof GROUPS)[number];
  readonly unit: Unit;
  /** The side of the target that is good. */
  readonly good: 'atLeast' | 'atMost';
  readonly measure: (material: Material) => Measurement;
  /** Where to look when the target is missed. */
  readonly hint: string;
}

const kpi = (id: Kpi['id'], title: string, rest: Pick<Kpi, 'group' | 'unit' | 'good' | 'measure' | 'hint'>): Kpi => ({
  id,
  title,
  ...rest,
});

const CHECKS = 'see the rows: viktoria-ops integrity check';

export const KPIS: readonly Kpi[] = [
  kpi('uptime', 'Uptime', {
    group: 'system',
    unit: 'share',
    good: 'atLeast',
    measure: uptimeShare,
    hint: 'see how it is now: viktoria-ops health',
  }),
  kpi('responseTimeMs', 'Response time', {
    group: 'system',
    unit: 'ms',
    good: 'atMost',
    measure: responseTime,
    hint: 'see what takes the time: viktoria-ops performance summary',
  }),
  kpi('errorRate', 'Error rate', {
    group: 'system',
    unit: 'share',
    good: 'atMost',
    measure: errorRate,
    hint: 'see what fails: viktoria-ops errors recent',
  }),
  kpi('memoryUsage', 'Memory usage', {
    group: 'system',
    unit: 'share',
    good: 'atMost',
    measure: memoryUsage,
    hint: 'see which processes take it: viktoria-ops system',
  }),
  kpi('hookExecutionTimeMs', 'Hook execution time', {
    group: 'hooks',
    unit: 'ms',
    good: 'atMost',
    measure: hookExecutionTime,
    hint: 'see the slowest hooks: viktoria-ops performance summary',
  }),
  kpi('hookSuccessRate', 'Hook success rate', {
    group: 'hooks',
    unit: 'share',
    good: 'atLeast',
    measure: hookSuccessRate,
    hint: 'see what fails: viktoria-ops errors recent',
  }),
  kpi('jobProcessingSeconds', 'Background job processing', {
    group: 'hooks',
    unit: 's',
    good: 'atMost',
    measure: jobProcessing,
    hint: 'look for slow queries of the jobs: viktoria-ops db slow-queries',
  }),
  kpi('queueBacklog', 'Queue backlog', {
    group: 'hooks',
    unit: 'count',
    good: 'atMost',
    measure: queueBacklog,
    hint: 'do the workers run? viktoria-ops queue status',
  }),
  kpi('dataConsistency', 'Data consistency', {
    group: 'business',
    unit: 'share',
    good: 'atLeast',
    measure: ofChecks('dataConsistency'),
    hint: CHECKS,
  }),
  kpi('validationAccuracy', 'Validation accuracy', {
    group: 'business',
    unit: 'share',
    good: 'atLeast',
    measure: ofChecks('validationAccuracy'),
    hint: CHECKS,
  }),
  kpi('calculationCorrectness', 'Calculation correctness', {
    group: 'business',
    unit: 'share',
    good: 'atLeast',
    measure: ofChecks('calculationCorrectness'),
    hint: CHECKS,
  }),
  kpi('userSatisfaction', 'User satisfaction', {
    group: 'business',
    unit: 'share',
    good: 'atLeast',
    measure: userSatisfaction,
    hint: 'see what is slow or fails: viktoria-ops performance summary',
  }),
];
