import { defineCommand } from '../../../lib/command.js';
import { BaselineComparison, CompareFlags, compareBaseline } from '../../../lib/performance/baseline.js';
import { changeSample, changesSummary, changesView } from '../changes-view.js';

export default defineCommand({
  options: [['--name <name>', 'the baseline to compare with (default: default)']],
  flags: CompareFlags,
  result: BaselineComparison,
  run: compareBaseline,
  summary: ({ hooks, name, savedAt }) =>
    `${changesSummary(hooks)}, against baseline ${name} of ${savedAt.slice(0, 10)}`,
  view: ({ hooks }, theme) => changesView(hooks, theme),
  spansEnvironments: true,
  examples: [
    'viktoria-ops performance baseline compare',
    'viktoria-ops performance baseline compare --name before-season --fail-on warning',
  ],
  sample: {
    name: 'default',
    savedAt: '2026-10-12T08:00:00.000Z',
    window: { from: '2026-11-16T03:00:00.000Z', to: '2026-11-23T03:00:00.000Z', coverage: 1 },
    previous: { from: '2026-10-05T08:00:00.000Z', to: '2026-10-12T08:00:00.000Z', coverage: 1 },
    hooks: [changeSample],
  },
});
