import * as z from 'zod';
import { defineCommand } from '../../lib/command.js';
import { describeTiers, TierList } from '../../lib/maintenance/list.js';
import { daily } from './daily.js';

export default defineCommand({
  flags: z.object({}),
  result: TierList,
  run: async () => describeTiers([daily]),
  summary: (tiers) => tiers.map(({ tier, steps }) => `${tier} (${steps.length} steps)`).join(', '),
  view: (tiers, theme) =>
    theme.table(
      ['tier', 'step', 'after'],
      tiers.flatMap(({ tier, steps }) => steps.map(({ id, requires }) => [tier, id, requires.join(', ')])),
    ),
  examples: ['viktoria-ops maintenance list'],
  sample: [{ tier: 'daily', steps: [{ id: 'health', requires: [], changes: false }] }],
});
