import { RuleTestReport, TestRulesFlags, testRules } from '../../lib/alerts/index.js';
import { defineCommand } from '../../lib/command.js';
import { countOf } from '../../lib/measures.js';

export default defineCommand({
  operands: [['<file>', 'series of figures, and what is expected of them, as JSON or YAML']],
  flags: TestRulesFlags,
  result: RuleTestReport,
  run: testRules,
  summary: ({ passed, failed }) =>
    failed === 0 ? `${countOf(passed, 'test')} passed` : `${failed} of ${countOf(passed + failed, 'test')} failed`,
  view: ({ tests }, theme) =>
    theme.table(
      ['status', 'test'],
      tests.map(({ name, failures }) => [theme.status(failures.length === 0 ? 'ok' : 'failed'), name]),
    ),
  examples: [
    'viktoria-ops alerts test operations/alerts/default-rules.test.yaml',
    'viktoria-ops alerts test own.test.yaml --json',
  ],
  sample: {
    file: '/etc/viktoria-ops/own.test.yaml',
    passed: 1,
    failed: 0,
    tests: [{ name: 'an error rate of 5 % is critical after two minutes', failures: [] }],
  },
});
