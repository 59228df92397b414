import { applyRestore, planRestore, Restore, RestoreFlags } from '../../lib/backup/index.js';
import { defineCommand, planThenApply } from '../../lib/command.js';
import { countOf, formatBytes } from '../../lib/measures.js';

export default defineCommand({
  operands: [['<backup>', 'its id, a part of it, its label, or newest']],
  options: [
    ['--into <directory>', 'a new or empty directory'],
    ['--kind <kind>', 'what newest means: files or config (default: files)'],
    ['--remote', 'a backup in the bucket of backup.remote'],
    ['--overwrite', 'also into a directory with files, which are replaced one by one'],
  ],
  flags: RestoreFlags,
  result: Restore,
  run: planThenApply(planRestore, applyRestore),
  changes: true,
  summary: ({ id, into, applied, entries, contentBytes, overwritten }) => {
    const replaced = overwritten === 0 ? '' : `, ${overwritten} of them replaced`;
    const verb = applied ? 'restored' : 'would be restored';
    return `${countOf(entries, 'file')} (${formatBytes(contentBytes)}) of ${id} ${verb} into ${into}${replaced}`;
  },
  view: ({ from, createdAt, files, notes }, theme) =>
    [
      theme.fields([
        ['from', from],
        ['of', theme.time(createdAt)],
      ]),
      ...(files.length === 0
        ? []
        : [
            theme.table(
              ['file', 'type', 'size', 'action'],
              files.map(({ path, type, sizeBytes, action }) => [path, type, theme.bytes(sizeBytes), action]),
            ),
          ]),
      ...notes,
    ].join('\n'),
  examples: [
    'viktoria-ops backup restore newest --into /srv/restored',
    'viktoria-ops backup restore files-20260101T030000Z-5f2a9c31 --into /srv/restored --dry-run',
    'viktoria-ops backup restore newest --kind config --into /srv/config',
  ],
  sample: {
    id: 'files-20260101T030000Z-5f2a9c31',
    kind: 'files',
    from: '/var/lib/viktoria-ops/backups',
    createdAt: '2026-01-01T03:00:00.000Z',
    into: '/srv/restored',
    applied: true,
    entries: 334,
    contentBytes: 98_163_530,
    overwritten: 0,
    files: [],
    notes: ['src/extensions/node_modules is not in it: backup.files.exclude has **/node_modules'],
  },
});
