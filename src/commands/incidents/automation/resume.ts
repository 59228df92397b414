import * as z from 'zod';
import { defineCommand, planThenApply } from '../../../lib/command.js';
import { AutomationState, applyResume, planResume } from '../../../lib/incidents/index.js';

export default defineCommand({
  flags: z.object({}),
  result: AutomationState,
  changes: true,
  run: planThenApply(planResume, applyResume),
  summary: ({ before, applied }) => {
    if (before === null) return 'the automation was not paused';
    return applied ? 'playbooks act again' : 'playbooks would act again';
  },
  view: ({ before }, theme) =>
    before === null ? '' : theme.fields([['was paused', `by ${before.actor}: ${before.reason}`]]),
  examples: ['viktoria-ops incidents automation resume'],
  sample: {
    applied: true,
    pause: null,
    before: {
      at: '2026-11-23T03:00:00.000Z',
      until: '2026-11-23T05:00:00.000Z',
      actor: 'anna',
      reason: 'moving the database',
    },
  },
});
