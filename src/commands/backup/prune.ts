import { applyPrune, planPrune } from '../../lib/backup/prune.js';
import { PruneFlags, Pruning } from '../../lib/backup/pruning.js';
import { defineCommand, planThenApply } from '../../lib/command.js';
import { countOf, formatBytes } from '../../lib/measures.js';

export default defineCommand({
  options: [
    ['--kind <kind>', 'only config, database or files'],
    ['--remote', 'in the bucket of backup.remote, by its own retention'],
  ],
  flags: PruneFlags,
  result: Pruning,
  changes: true,
  run: planThenApply(planPrune, applyPrune),
  summary: ({ applied, totals, swept }) => {
    const kept = totals.backups - totals.removed;
    const failed = totals.failed === 0 ? '' : `, ${totals.failed} could not be`;
    const left =
      swept.length === 0 ? '' : `; ${countOf(swept.length, 'interrupted one')} ${applied ? 'swept' : 'to sweep'}`;
    const removed = `${totals.removed} ${applied ? 'removed' : 'to remove'} (${formatBytes(totals.removedBytes)})`;
    return `${removed}${failed}, ${kept} kept${left}`;
  },
  view: ({ store, backups, swept }, theme) => {
    const rows = backups.map(({ id, action, outcome, sizeBytes, reasons }) => [
      id,
      action,
      outcome,
      theme.bytes(sizeBytes),
      reasons.join('; '),
    ]);
    const files = backups.flatMap(({ id, files = [] }) =>
      files.map(({ path, sizeBytes }) => [`${id}/${path}`, theme.bytes(sizeBytes)]),
    );
    return [
      theme.fields([['catalogue', store]]),
      ...(rows.length === 0 ? [] : [theme.table(['backup', 'action', 'outcome', 'size', 'reasons'], rows)]),
      ...(files.length === 0 ? [] : [theme.table(['file that goes', 'size'], files)]),
      ...swept.map((path) => `left by an interrupted run: ${path}`),
    ].join('\n');
  },
  examples: [
    'viktoria-ops backup prune --dry-run',
    'viktoria-ops backup prune',
    'viktoria-ops backup prune --kind database --remote',
  ],
  sample: {
    store: '/var/lib/viktoria-ops/backups',
    applied: true,
    backups: [
      {
        id: 'files-20260823T030000Z-0c1d2e3f',
        kind: 'files',
        group: 'files /srv/viktoria/backend',
        createdAt: '2026-08-23T03:00:00.000Z',
        sizeBytes: 48_200_000,
        action: 'remove',
        reasons: [
          'not among the 3 newest, nor the last of a period that counts (7 daily, 5 weekly, 12 monthly, 0 yearly)',
        ],
        files: [{ path: 'archive.tar.zst', sizeBytes: 48_200_000 }],
        outcome: 'removed',
      },
      {
        id: 'files-20261123T030000Z-5f2a9c31',
        kind: 'files',
        group: 'files /srv/viktoria/backend',
        createdAt: '2026-11-23T03:00:00.000Z',
        sizeBytes: 51_000_000,
        action: 'keep',
        reasons: ['the newest good one', 'one of the 3 newest good ones', 'the last of the day 2026-11-23'],
      },
    ],
    damaged: [],
    swept: [],
    totals: { backups: 2, sizeBytes: 99_200_000, removed: 1, removedBytes: 48_200_000, failed: 0 },
  },
});
