import { ExportFlags, exportRules, RuleExport } from '../../lib/alerts/index.js';
import { defineCommand } from '../../lib/command.js';

export default defineCommand({
  flags: ExportFlags,
  result: RuleExport,
  run: exportRules,
  summary: ({ rules, left }) => `${rules} rules for Prometheus, ${left.length} left out`,
  view: ({ yaml }) => yaml,
  raw: true,
  examples: ['viktoria-ops alerts export > viktoria.rules.yml', 'viktoria-ops alerts export --json | jq .result.left'],
  sample: {
    rules: 1,
    left: [{ rule: 'configuration-changed', reason: 'it tells of an event, which is no state' }],
    yaml: 'groups:\n  - name: viktoria-ops\n    rules: []\n',
  },
});
