/** Backups: one catalogue for configuration snapshots, database dumps and file archives. */
export { applyFilesBackup } from './archive/apply.js';
export { planFilesBackup } from './archive/plan.js';
export { FilesBackup, FilesBackupFlags } from './archive/report.js';
export { type Backup, type BackupDraft, createBackup, type WrittenFile } from './catalogue.js';
export { applyDatabaseBackup } from './database/backup.js';
export { DatabaseBackup, DatabaseBackupFlags, planDatabaseBackup } from './database/plan.js';
export { DatabaseRestore } from './database/restoration.js';
export { applyDatabaseRestore } from './database/restore-apply.js';
export { DatabaseRestoreFlags, planDatabaseRestore } from './database/restore-plan.js';
export { concludeBackup, sendFinished } from './finish.js';
export { BackupName, Manifest } from './manifest.js';
export { newestBackup } from './newest.js';
export { openStore } from './open-store.js';
export { applyPush, Push, PushFlags, planPush, pushBackup } from './push.js';
export type { PushContext as SendContext } from './remote/send.js';
export { Restore, RestoreFlags } from './unpack/report.js';
export { applyRestore, planRestore } from './unpack/restore.js';
export { Verification, VerifyFlags, verifyBackups } from './verify.js';
