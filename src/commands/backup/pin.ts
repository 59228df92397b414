import { applyPinning, PinFlags, Pinning, planPin } from '../../lib/backup/pin.js';
import { defineCommand, planThenApply } from '../../lib/command.js';

export default defineCommand({
  operands: [['<id>', 'the backup: its id, the beginning or ending of it, its label, or newest']],
  options: [
    ['--reason <text>', 'why it must stay: shown by backup list'],
    ['--remote', 'in the bucket of backup.remote'],
  ],
  flags: PinFlags,
  result: Pinning,
  changes: true,
  run: planThenApply(planPin, applyPinning),
  summary: ({ id, applied, pinned, before }) => {
    if (applied) return `${id} stays, whatever the retention says`;
    return pinned?.at === before?.at ? `${id} was pinned already` : `${id} would be pinned`;
  },
  view: ({ store, pinned }, theme) =>
    theme.fields([
      ['catalogue', store],
      ['pinned', theme.time(pinned?.at)],
      ['reason', pinned?.reason],
    ]),
  examples: [
    'viktoria-ops backup pin 5f2a9c31 --reason "before the upgrade"',
    'viktoria-ops backup pin newest',
    'viktoria-ops backup pin database-20261123 --remote',
  ],
  sample: {
    store: '/var/lib/viktoria-ops/backups',
    id: 'database-20261123T030000Z-5f2a9c31',
    applied: true,
    pinned: { at: '2026-11-23T08:00:00.000Z', reason: 'before the upgrade' },
    before: null,
  },
});
