/** Backups: one catalogue for configuration snapshots, database dumps and file archives. */
export { type Backup, type BackupDraft, createBackup, type WrittenFile } from './catalogue.js';
export { BackupName, Manifest } from './manifest.js';
export { newestBackup } from './newest.js';
export { openStore } from './open-store.js';
export { applyPush, Push, PushFlags, planPush, pushBackup } from './push.js';
