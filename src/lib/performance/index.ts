/** Performance of the lifecycle hooks, as the application reports it. */
export { PerformanceSummaryFlags, PerformanceSummaryResult, performanceSummary } from './summary.js';
