/** The KPIs of the system and of the hooks: from readings to measurements. Pure. */
import { absent, type Measured, type Measurement, measure } from './measurement.js';
import type { Readings } from './readings.js';
import type { RequestCounts } from './requests.js';

/** What a KPI is measured from. */
export interface Material extends Readings {
  /** What users asked for in the window, where the application counts it. */
  readonly recent: { readonly counts: RequestCounts; readonly coverage: number } | undefined;
  /** Requests of the journeys that were gone in the window. */
  readonly travelled: readonly { readonly latencyMs: number; readonly isGood: boolean }[];
  readonly windowMs: number;
  readonly since: Date;
  /** Longest that satisfies a user. */
  readonly apdexThresholdMs: number;
}

type Measure = (material: Material) => Measurement;

export const uptimeShare: Measure = ({ uptime }) =>
  measure(uptime, ({ availability, coverage, probes }) =>
    availability === null
      ? absent('no probe of the application is recorded', 'evaluate the alerts by a timer: viktoria-ops alerts check')
      : { value: availability, samples: probes, coverage, source: 'probes of the alerts' },
  );

/** Mean of the application's own requests; else of the journeys'; else the one answer that is at hand. */
export const responseTime: Measure = ({ performance, recent, travelled, responseTimeMs }) => {
  if (recent !== undefined && recent.counts.requests > 0) {
    const { requests, totalSeconds } = recent.counts;
    const value = (totalSeconds / requests) * 1000;
    return { value, samples: requests, coverage: recent.coverage, source: 'requests of the application' };
  }
  const answered = travelled.filter(({ isGood }) => isGood);
  if (answered.length > 0) {
    const value = answered.reduce((sum, { latencyMs }) => sum + latencyMs, 0) / answered.length;
    return { value, samples: answered.length, coverage: null, source: 'requests of the journeys' };
  }
  const now = (value: number): Measured => ({ value, samples: 1, coverage: null, source: 'one request, now' });
  return responseTimeMs === null ? measure(performance, () => NOT_ASKED) : now(responseTimeMs);
};

const NOT_ASKED = absent(
  'the figures came from elsewhere than the application (metrics.source)',
  'describe a journey under integrity.journeys',
);

export const memoryUsage: Measure = ({ usage, windowMs }) =>
  measure(usage, ({ points, stepMs }) => {
    if (points.length === 0)
      return absent('the application took no sample in the window', 'is it running for long enough?');
    const value = points.reduce((sum, { memory }) => sum + memory, 0) / points.length;
    const moments = new Set(points.map(({ timestamp }) => timestamp)).size;
    const coverage = Math.min(1, (moments * stepMs) / windowMs);
    return { value, samples: points.length, coverage, source: 'samples of the host' };
  });

/** Of the hooks in the window. */
const ofHooks = (figure: 'errorRate' | 'successRate' | 'averageExecutionTime'): Measure => {
  return ({ performance }) =>
    measure(performance, (hooks) => {
      const value = hooks[figure];
      if (value === null) return absent('no hook ran in the window', 'choose a longer one with --window');
      return { value, samples: hooks.totalExecutions, coverage: hooks.window.coverage, source: 'runs of the hooks' };
    });
};
export const errorRate = ofHooks('errorRate');
export const hookSuccessRate = ofHooks('successRate');
export const hookExecutionTime = ofHooks('averageExecutionTime');

export const jobProcessing: Measure = ({ jobs }) =>
  measure(jobs, ({ averageProcessingTime, completedJobs }) => {
    if (averageProcessingTime === null) {
      return absent('the job library does not tell, or no job was done', 'viktoria-ops queue status');
    }
    return { value: averageProcessingTime / 1000, samples: completedJobs, coverage: null, source: 'the job queue' };
  });

export const queueBacklog: Measure = ({ jobs }) =>
  measure(jobs, ({ queueSize }) => ({ value: queueSize, samples: 1, coverage: null, source: 'the job queue, now' }));
