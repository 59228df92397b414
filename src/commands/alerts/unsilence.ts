import { applyUnsilence, planUnsilence, Silencing, UnsilenceFlags } from '../../lib/alerts/silence.js';
import { defineCommand, planThenApply } from '../../lib/command.js';

export default defineCommand({
  operands: [['<id>', 'the silence: its id, the beginning of it, or its rule as it was given']],
  flags: UnsilenceFlags,
  result: Silencing,
  changes: true,
  run: planThenApply(planUnsilence, applyUnsilence),
  summary: ({ silence: { rule, id, quiets }, applied }) => {
    const next = quiets.length === 0 ? 'nothing of it fires now' : `told next: ${quiets.join(', ')}`;
    return `silence ${id} of ${rule} ${applied ? 'has ended' : 'would end'}; ${next}`;
  },
  view: ({ silence: { from, until, author, comment } }, theme) =>
    theme.fields([
      ['from', theme.time(from)],
      ['until', theme.time(until)],
      ['author', author],
      ['comment', comment || null],
    ]),
  examples: ['viktoria-ops alerts unsilence 5f2a', 'viktoria-ops alerts unsilence high-error-rate'],
  sample: {
    silence: {
      id: '5f2a9c31',
      rule: 'high-error-rate',
      from: '2026-11-23T03:00:00.000Z',
      until: '2026-11-23T03:20:00.000Z',
      author: 'anna',
      comment: 'import runs',
      isActive: false,
      quiets: [],
    },
    applied: true,
  },
});
