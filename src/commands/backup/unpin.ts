import { applyPinning, Pinning, planUnpin, UnpinFlags } from '../../lib/backup/pin.js';
import { defineCommand, planThenApply } from '../../lib/command.js';

export default defineCommand({
  operands: [['<id>', 'the backup: its id, the beginning or ending of it, its label, or newest']],
  options: [['--remote', 'in the bucket of backup.remote']],
  flags: UnpinFlags,
  result: Pinning,
  changes: true,
  run: planThenApply(planUnpin, applyPinning),
  summary: ({ id, applied, before }) => {
    if (before === null) return `${id} was not pinned`;
    return applied ? `${id} is left to the retention again` : `${id} would be left to the retention again`;
  },
  view: ({ store, before }, theme) =>
    theme.fields([
      ['catalogue', store],
      ['was pinned', theme.time(before?.at)],
      ['reason', before?.reason],
    ]),
  examples: ['viktoria-ops backup unpin 5f2a9c31', 'viktoria-ops backup unpin newest --dry-run'],
  sample: {
    store: '/var/lib/viktoria-ops/backups',
    id: 'database-20261123T030000Z-5f2a9c31',
    applied: true,
    pinned: null,
    before: { at: '2026-11-23T08:00:00.000Z', reason: 'before the upgrade' },
  },
});
