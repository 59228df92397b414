import type { HookMetric } from '../../lib/contract/index.js';

/** A hook as the commands show it, for their samples. */
export const hookSample: HookMetric = {
  contentType: 'api::match.match',
  operation: 'afterUpdate',
  executions: 87,
  errors: 2,
  averageExecutionTime: 212.4,
  averageOwnTime: 180.1,
  p50: 190,
  p95: 410,
  p99: 655,
  maxExecutionTime: 702.3,
};
