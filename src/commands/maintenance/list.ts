import * as z from 'zod';
import { defineCommand } from '../../lib/command.js';
import { describeTiers, TierList } from '../../lib/maintenance/list.js';
import { daily } from './daily.js';
import { monthly } from './monthly.js';
import { weekly } from './weekly.js';

export default defineCommand({
  flags: z.object({}),
  result: TierList,
  run: async () => describeTiers([daily, weekly, monthly]),
  summary: (tiers) => tiers.map(({ tier, steps }) => `${tier} (${steps.length} steps)`).join(', '),
  view: (tiers, theme) =>
    theme.table(
      ['tier', 'step', 'requires', 'after'],
      tiers.flatMap(({ tier, steps }) =>
        steps.map(({ id, requires, after }) => [tier, id, requires.join(', '), after.join(', ')]),
      ),
    ),
  examples: ['viktoria-ops maintenance list'],
  sample: [{ tier: 'daily', steps: [{ id: 'health', requires: [], after: [], changes: false }] }],
});
