import { applyFilesBackup, FilesBackup, FilesBackupFlags, planFilesBackup } from '../../lib/backup/index.js';
import { defineCommand, planThenApply } from '../../lib/command.js';
import { countOf, formatBytes } from '../../lib/measures.js';

export default defineCommand({
  operands: [['[name]', 'a label for the backup, such as before-upgrade']],
  flags: FilesBackupFlags,
  result: FilesBackup,
  run: planThenApply(planFilesBackup, applyFilesBackup),
  changes: true,
  summary: ({ path, catalogue, entries, contentBytes, storedBytes, incomplete }) => {
    const what = `${countOf(entries, 'file')} (${formatBytes(contentBytes)})`;
    if (path === null) return `${what} would go into ${catalogue}`;
    const short = incomplete.length === 0 ? '' : `, ${incomplete.length} incomplete`;
    return `${what} kept in ${path}, ${formatBytes(storedBytes ?? 0)} packed${short}`;
  },
  view: ({ root, sources, files, leftOut, copy }, theme) =>
    [
      theme.fields([['root', root], ...(copy === null ? [] : [['copy', copy] as const])]),
      theme.table(
        ['taken', 'files', 'size'],
        sources.map(({ pattern, entries, contentBytes }) => [pattern, entries, theme.bytes(contentBytes)]),
      ),
      ...(files.length === 0
        ? []
        : [
            theme.table(
              ['file', 'type', 'size', 'modified'],
              files.map(({ path, type, sizeBytes, modifiedAt }) => [
                path,
                type,
                theme.bytes(sizeBytes),
                theme.time(modifiedAt),
              ]),
            ),
          ]),
      ...leftOut.map(({ path, reason }) => `${path} is left out: ${reason}`),
    ].join('\n'),
  examples: ['viktoria-ops backup files', 'viktoria-ops backup files --dry-run', 'viktoria-ops backup files --json'],
  sample: {
    catalogue: '/var/lib/viktoria-ops/backups',
    root: '/srv/viktoria/backend',
    path: '/var/lib/viktoria-ops/backups/files-20260101T030000Z-5f2a9c31',
    sources: [
      { pattern: 'config', entries: 14, contentBytes: 21_400 },
      { pattern: 'src', entries: 310, contentBytes: 1_840_000 },
      { pattern: 'logs', entries: 9, contentBytes: 96_300_000 },
      { pattern: 'package.json', entries: 1, contentBytes: 2_130 },
    ],
    entries: 334,
    contentBytes: 98_163_530,
    files: [],
    leftOut: [{ path: 'src/extensions/node_modules', reason: 'backup.files.exclude has **/node_modules' }],
    incomplete: [{ path: 'logs/app.log', reason: 'it grew while it was read: its first 9120000 bytes are there' }],
    storedBytes: 12_700_000,
    copy: null,
  },
});
