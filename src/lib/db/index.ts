/** PostgreSQL: what needs doing, and doing it. */
export { applyAnalyze, planAnalyze } from './analyze.js';
export { findSlowQueries } from './slow-queries.js';
export { applyVacuum, planVacuum } from './vacuum.js';
