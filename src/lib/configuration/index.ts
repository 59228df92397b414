/** The configuration of an installation, ours and the backend's: checked, shown and kept. */
export { applyConfigBackup, ConfigBackup, ConfigBackupFlags, planConfigBackup } from './backup.js';
export { diffConfig } from './diff/diff.js';
export { ConfigDiff, ConfigDiffFlags } from './diff/report.js';
export { ConfigShow, ConfigShowFlags, showConfig } from './show.js';
export { ConfigValidation, validateConfig } from './validate.js';
