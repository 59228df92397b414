import { defineCommand, planThenApply } from '../../../lib/command.js';
import { AutomationState, applyPause, PauseFlags, planPause } from '../../../lib/incidents/index.js';

export default defineCommand({
  options: [
    ['--for <duration>', 'how long; it ends by itself (default: 1h)'],
    ['--reason <text>', 'why: shown to whoever wonders'],
  ],
  flags: PauseFlags,
  result: AutomationState,
  changes: true,
  run: planThenApply(planPause, applyPause),
  summary: ({ pause, applied }) =>
    `no playbook ${applied ? 'begins' : 'would begin'} a step until ${pause?.until ?? 'further notice'}`,
  view: ({ pause, before }, theme) =>
    theme.fields([
      ['until', theme.time(pause?.until)],
      ['reason', pause?.reason],
      ['paused before', before === null ? null : `by ${before.actor} until ${theme.time(before.until)}`],
    ]),
  examples: [
    'viktoria-ops incidents automation pause --for 2h --reason "moving the database"',
    'viktoria-ops incidents automation pause',
  ],
  sample: {
    applied: true,
    pause: {
      at: '2026-11-23T03:00:00.000Z',
      until: '2026-11-23T05:00:00.000Z',
      actor: 'anna',
      reason: 'moving the database',
    },
    before: null,
  },
});
