import {
  applyDatabaseBackup,
  DatabaseBackup,
  DatabaseBackupFlags,
  planDatabaseBackup,
} from '../../lib/backup/index.js';
import { defineCommand, planThenApply } from '../../lib/command.js';
import { countOf, formatBytes, formatDuration } from '../../lib/measures.js';

export default defineCommand({
  operands: [['[name]', 'a label for the backup, such as before-upgrade']],
  options: [
    ['--level <level>', 'how far to prove it: 1 checksums, 2 read, 3 restored (default: 1)'],
    ['--lock-wait <duration>', 'how long to wait for other maintenance (default: 15m, on a terminal 0s)'],
  ],
  flags: DatabaseBackupFlags,
  result: DatabaseBackup,
  run: planThenApply(planDatabaseBackup, applyDatabaseBackup),
  changes: true,
  summary: ({ database, path, sizeBytes, databaseBytes, expectedBytes, durationMs, rows, tables, catalogue }) =>
    path === null || sizeBytes === null
      ? `${database} (${formatBytes(databaseBytes)}) would take some ${formatBytes(expectedBytes)} in ${catalogue}`
      : `${database}: ${countOf(rows ?? 0, 'row')} of ${countOf(tables, 'table')} in ${formatBytes(sizeBytes)}, ` +
        `${formatDuration(durationMs ?? 0)}, kept in ${path}`,
  view: (backup, theme) =>
    theme.fields([
      ['database', `${backup.database}, ${theme.bytes(backup.databaseBytes)}, PostgreSQL ${backup.serverVersion}`],
      ['pg_dump', `${backup.program.version} (${backup.program.path})`],
      ['files', `database.dump${backup.encoding}, globals.sql${backup.encoding}`],
      ['free', theme.bytes(backup.freeBytes)],
      ...(backup.level === null ? [] : [['proven', `level ${backup.level} of 3`] as const]),
      ...(backup.copy === null ? [] : [['copy', backup.copy] as const]),
      ...(backup.id === null ? [] : [['restore', `viktoria-ops db restore ${backup.id}`] as const]),
    ]),
  examples: [
    'viktoria-ops db backup',
    'viktoria-ops db backup before-upgrade --level 3',
    'viktoria-ops db backup --dry-run',
  ],
  sample: {
    name: 'before-upgrade',
    database: 'viktoria_wertheim',
    system: '7312345678901234567',
    serverVersion: '15.18',
    program: { path: '/usr/lib/postgresql/15/bin/pg_dump', version: '15.18' },
    catalogue: '/var/lib/viktoria-ops/backups',
    path: '/var/lib/viktoria-ops/backups/database-20260101T030000Z-5f2a9c31',
    id: 'database-20260101T030000Z-5f2a9c31',
    encoding: '.zst',
    databaseBytes: 1_240_000_000,
    tables: 42,
    rows: 6_400_200,
    sizeBytes: 170_000_000,
    expectedBytes: 185_000_000,
    freeBytes: 80_000_000_000,
    durationMs: 4_100,
    level: 1,
    copy: 's3://club-backups/viktoria',
  },
});
