/** Feature flags of the backend: how they are used, which are to go, what their changes did. */
export type { Flag } from './flag.js';
export { FlagList, FlagUsageReport, listFlags, reportFlagUsage, UsageFlags } from './list.js';
export { FlagReport, FlagReportFlags, reportFlags } from './report.js';
export { describeAnswer, describeEffect, describeSearch, describeUsage, formatShare } from './words.js';
