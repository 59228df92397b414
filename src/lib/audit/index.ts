/** The audit log: who did what, when, and how it ended; append-only, chained by hashes. */
export { personActing } from './actor.js';
export { type AuditContext, appendAudit } from './append.js';
export type { AuditRecord } from './entry.js';
export { type RecentAudit, readAudit } from './recent.js';
export { AuditFlags, AuditReport, showAudit } from './show.js';
export { verifyAudit } from './verify.js';
