import * as z from 'zod';
import { AlertLint, lintAlerts } from '../../lib/alerts/index.js';
import { defineCommand } from '../../lib/command.js';
import { countOf } from '../../lib/measures.js';

export default defineCommand({
  flags: z.object({}),
  result: AlertLint,
  run: lintAlerts,
  summary: ({ rules, remarks }) =>
    `${countOf(rules, 'rule')}, ${remarks === 0 ? 'nothing to remark' : countOf(remarks, 'remark')}`,
  view: () => '',
  spansEnvironments: true,
  examples: ['viktoria-ops alerts lint', 'viktoria-ops alerts lint --fail-on warning'],
  sample: { rules: 27, remarks: 2 },
});
