/** The contract between the application's side and the operator's side. */
export * from './database.js';
export * from './findings.js';
export * from './jobs.js';
export * from './performance.js';
export * from './routes.js';
export * from './system.js';
