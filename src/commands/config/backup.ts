import { defineCommand, planThenApply } from '../../lib/command.js';
import { applyConfigBackup, ConfigBackup, ConfigBackupFlags, planConfigBackup } from '../../lib/configuration/index.js';
import { countOf } from '../../lib/measures.js';

export default defineCommand({
  operands: [['[name]', 'a label for the backup, such as daily-backup-20260101.json']],
  flags: ConfigBackupFlags,
  result: ConfigBackup,
  run: planThenApply(planConfigBackup, applyConfigBackup),
  changes: true,
  summary: ({ path, catalogue, files }) =>
    path === null
      ? `${countOf(files.length, 'file')} would go into ${catalogue}`
      : `${countOf(files.length, 'file')} kept in ${path}`,
  view: ({ files, masked }, theme) =>
    [
      theme.table(
        ['file', 'size', 'copy of'],
        files.map(({ path, sizeBytes, from }) => [path, theme.bytes(sizeBytes), from]),
      ),
      ...masked.map((key) => `${key} is *** in the copy: it stands in the file itself, not as a reference`),
    ].join('\n'),
  examples: ['viktoria-ops config backup', 'viktoria-ops config backup daily-backup-20260101.json --dry-run'],
  sample: {
    name: 'daily',
    catalogue: '/var/lib/viktoria-ops/backups',
    root: '/srv/viktoria/backend',
    path: '/var/lib/viktoria-ops/backups/config-20260101T030000Z-5f2a9c31',
    files: [
      {
        kind: 'own',
        from: '/srv/viktoria/.monitoringrc.json',
        path: 'viktoria-ops/.monitoringrc.json',
        sizeBytes: 1_204,
      },
      {
        kind: 'backend',
        from: '/srv/viktoria/backend/config/database.ts',
        path: 'backend/config/database.ts',
        sizeBytes: 812,
      },
      { kind: 'env-keys', from: '/srv/viktoria/backend/.env', path: 'backend/env-keys.txt', sizeBytes: 164 },
    ],
    masked: ['database.password'],
    copy: null,
  },
});
