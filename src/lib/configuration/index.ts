/** The configuration of an installation, ours and the backend's: checked, shown and kept. */
export { auditConfig } from './audit/audit.js';
export { ConfigAudit, ConfigAuditFlags } from './audit/report.js';
export { applyConfigBackup, ConfigBackup, ConfigBackupFlags, planConfigBackup } from './backup.js';
export { diffConfig } from './diff/diff.js';
export { ConfigDiff, ConfigDiffFlags } from './diff/report.js';
export { applyConfigRestore } from './restore/apply.js';
export { planConfigRestore } from './restore/plan.js';
export { ConfigRestore, ConfigRestoreFlags } from './restore/report.js';
export { ConfigShow, ConfigShowFlags, showConfig } from './show.js';
export { ConfigValidation, validateConfig } from './validate.js';
