import {
  applyDatabaseRestore,
  DatabaseRestore,
  DatabaseRestoreFlags,
  planDatabaseRestore,
} from '../../lib/backup/index.js';
import { defineCommand, planThenApply } from '../../lib/command.js';
import { countOf, formatDuration } from '../../lib/measures.js';
import { quoteName } from '../../lib/pg/identifier.js';
import { shellWord } from '../../lib/shell-word.js';

export default defineCommand({
  operands: [['[backup]', 'its id, a part of it, its label, or newest (default)']],
  options: [
    ['--into <database>', 'where to restore to (default: a new one beside the one in use)'],
    ['--table <name>', 'only the rows of this table; of the others the definitions'],
    ['--confirm <database>', 'replace this database, which --into names, after a backup of it'],
    ['--no-owner', 'everything shall belong to the role that restores'],
    ['--remote', 'a backup in the bucket of backup.remote'],
    ['--lock-wait <duration>', 'how long to wait for other maintenance of a database to be replaced'],
  ],
  flags: DatabaseRestoreFlags,
  result: DatabaseRestore,
  run: planThenApply(planDatabaseRestore, applyDatabaseRestore),
  changes: true,
  summary: ({ applied, backup, target, tables, rows, durationMs, aside }) => {
    const what = `${countOf(tables, 'table')}, ${countOf(rows, 'row')}`;
    if (!applied) return `${backup.id} would be restored into ${target}: ${what}`;
    const before = aside === null ? '' : `; what was there is now ${aside}`;
    return `${backup.id} restored into ${target} and compared: ${what}, ${formatDuration(durationMs ?? 0)}${before}`;
  },
  view: ({ backup, store, target, steps, safetyBackup, aside }, theme) =>
    [
      theme.fields([
        ['backup', `${backup.source}, ${theme.time(backup.createdAt)}, ${theme.bytes(backup.sizeBytes)}`],
        ['catalogue', store],
        ['proven', backup.level === null ? 'never' : `level ${backup.level} of 3`],
        ...(safetyBackup === null ? [] : [['before', safetyBackup] as const]),
        ...(safetyBackup === null ? [] : [['undo', undoing(safetyBackup, shellWord(target))] as const]),
      ]),
      ...steps.map((step, index) => `${index + 1}. ${step}`),
      ...(safetyBackup === null || aside === null ? [] : [`once nobody needs it: DROP DATABASE ${quoteName(aside)}`]),
    ].join('\n'),
  examples: [
    'viktoria-ops db restore',
    'viktoria-ops db restore newest --table players',
    'viktoria-ops db restore 5f2a9c31 --into viktoria_wertheim --confirm viktoria_wertheim --dry-run',
  ],
  sample: {
    store: '/var/lib/viktoria-ops/backups',
    backup: {
      id: 'database-20260101T030000Z-5f2a9c31',
      createdAt: '2026-01-01T03:00:00.000Z',
      source: 'localhost:5432/viktoria_wertheim',
      sizeBytes: 170_000_000,
      level: 3,
    },
    target: 'viktoria_wertheim_restored_20260102t081500000z',
    mode: 'new',
    table: null,
    keepsOwners: true,
    keepsPrivileges: true,
    steps: [
      'check every checksum of database-20260101T030000Z-5f2a9c31',
      'create the database viktoria_wertheim_restored_20260102t081500000z',
      'restore into it 42 tables, 6400200 rows',
      'count every table and compare it with the backup',
    ],
    applied: true,
    safetyBackup: null,
    aside: null,
    tables: 42,
    rows: 6_400_200,
    durationMs: 21_400,
  },
});

const undoing = (backup: string, target: string) =>
  `viktoria-ops db restore ${backup} --into ${target} --confirm ${target}`;
