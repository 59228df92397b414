/** Unit tests of the alert rules. */
import { fill } from '../fill.js';
import type { Template } from '../template.js';

const FILE = 'default-rules.test.yaml';

export const alerts: Template = {
  name: 'alerts',
  summary: 'unit tests of the default alert rules, to be continued with your own',
  check: `viktoria-ops alerts test ${FILE}`,
  next: [
    "its figures are those of the guide's thresholds: where kpis has others, change what the tests then name",
    'add tests of your own rules, and run them whenever a rule changes',
    'without a channel in alerting.channels nobody is told of anything, as the last of the tests then says',
  ],
  files: async () => [{ path: FILE, belongs: 'beside your configuration', text: await fill(`alerts/${FILE}`) }],
};
