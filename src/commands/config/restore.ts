import { defineCommand, planThenApply } from '../../lib/command.js';
import {
  applyConfigRestore,
  ConfigRestore,
  ConfigRestoreFlags,
  planConfigRestore,
} from '../../lib/configuration/index.js';
import { countOf } from '../../lib/measures.js';

export default defineCommand({
  operands: [['<snapshot>', 'its id, a part of it, its label, or newest']],
  options: [
    ['--exact', 'also remove files that are not in the snapshot'],
    ['--confirm', 'also replace files whose content is in no snapshot'],
    ['--remote', 'a snapshot in the bucket of backup.remote'],
  ],
  flags: ConfigRestoreFlags,
  result: ConfigRestore,
  run: planThenApply(planConfigRestore, applyConfigRestore),
  changes: true,
  summary: ({ id, root, applied, files }) => {
    const counts = (['create', 'overwrite', 'remove'] as const).flatMap((action) => {
      const count = files.filter((file) => file.action === action).length;
      return count === 0 ? [] : [`${count} ${WORDS[action]}`];
    });
    if (counts.length === 0) return `${root} is as in ${id}: nothing to restore`;
    return `${applied ? 'restored' : 'would restore'} ${id} into ${root}: ${counts.join(', ')}`;
  },
  view: ({ createdAt, applied, safetySnapshot, files }, theme) => {
    const rows = files
      .filter(({ action }) => action !== 'same')
      .map(({ to, action, isUnsaved, reason }) => [to, action, reason ?? (isUnsaved ? 'unsaved changes' : '')]);
    const same = files.length - rows.length;
    return [
      theme.fields([
        ['of', theme.time(createdAt)],
        ['safety snapshot', safetySnapshot ?? (applied ? 'not needed' : 'made first, when it is carried out')],
      ]),
      ...(rows.length === 0 ? [] : [theme.table(['file', 'action', 'note'], rows)]),
      ...(same === 0 ? [] : [theme.dim(`${countOf(same, 'file')} the same`)]),
    ].join('\n');
  },
  examples: [
    'viktoria-ops config restore newest --dry-run',
    'viktoria-ops config restore 5f2a9c31',
    'viktoria-ops config restore 5f2a9c31 --exact --confirm',
  ],
  sample: {
    id: 'config-20260101T030000Z-5f2a9c31',
    createdAt: '2026-01-01T03:00:00.000Z',
    root: '/srv/viktoria/backend',
    applied: true,
    safetySnapshot: '/var/lib/viktoria-ops/backups/config-20260102T101500Z-0c41d7aa',
    files: [
      {
        path: 'backend/config/server.ts',
        to: '/srv/viktoria/backend/config/server.ts',
        action: 'overwrite',
        isUnsaved: false,
        reason: null,
      },
    ],
    missingVariables: [],
  },
});

const WORDS = { create: 'created', overwrite: 'replaced', remove: 'removed' } as const;
