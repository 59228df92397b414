/** Backups: one catalogue for configuration snapshots, database dumps and file archives. */
export { type Backup, type BackupDraft, createBackup, type WrittenFile } from './catalogue.js';
export { applyDatabaseBackup } from './database/backup.js';
export { DatabaseBackup, DatabaseBackupFlags, planDatabaseBackup } from './database/plan.js';
export { DatabaseRestore } from './database/restoration.js';
export { applyDatabaseRestore } from './database/restore-apply.js';
export { DatabaseRestoreFlags, planDatabaseRestore } from './database/restore-plan.js';
export { BackupName, Manifest } from './manifest.js';
export { newestBackup } from './newest.js';
export { Verification, VerifyFlags, verifyBackups } from './verify.js';
