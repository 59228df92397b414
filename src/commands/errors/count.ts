import { defineCommand } from '../../lib/command.js';
import { countErrors, ErrorCountFlags, ErrorCountResult } from '../../lib/hook-errors/index.js';

export default defineCommand({
  options: [['--window <duration>', 'how far back to count: 1h, 24h, 7d (default: 24h)']],
  flags: ErrorCountFlags,
  result: ErrorCountResult,
  run: countErrors,
  summary: ({ window, count, limit }) => `${count} hook runs failed in the last ${window} (warning above ${limit})`,
  view: () => '',
  spansEnvironments: true,
  examples: ['viktoria-ops errors count', 'viktoria-ops errors count --window 1h --fail-on warning'],
  sample: { window: '24h', count: 17, limit: 100 },
});
