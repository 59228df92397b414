/** Checks of the application's own data, and journeys of its users. */
export { checkIntegrity, IntegrityFlags } from './check.js';
export { describeRows } from './findings.js';
export { IntegrityList, IntegrityListFlags, listIntegrity } from './list.js';
export { type CheckRecord, type JourneyRecord, readRecords } from './records.js';
export { IntegrityReport } from './report.js';
