/** The contract between the application's side and the operator's side. */
export * from './actions.js';
export * from './config-changes.js';
export * from './database.js';
export * from './findings.js';
export * from './flags.js';
export * from './jobs.js';
export * from './operator-status.js';
export * from './performance.js';
export * from './performance-history.js';
export * from './performance-over-time.js';
export * from './routes.js';
export * from './system.js';
