/** PostgreSQL: what needs doing, and doing it. */
export { applyAnalyze, planAnalyze } from './analyze.js';
export { reportOn } from './maintain/report.js';
export type { MaintainContext } from './maintain/run.js';
export { applyOptimize, OptimizeReport, planOptimize } from './optimize.js';
export { findSlowQueries } from './slow-queries.js';
export { readStatements } from './statements/read.js';
export { applyVacuum, planVacuum } from './vacuum.js';
