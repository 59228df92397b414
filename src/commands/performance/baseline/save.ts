import { defineCommand, planThenApply } from '../../../lib/command.js';
import { countOf, formatPercent } from '../../../lib/measures.js';
import { applyBaseline, planBaseline, SavedBaseline, SaveFlags } from '../../../lib/performance/baseline.js';

export default defineCommand({
  options: [
    ['--name <name>', 'what to call it (default: default)'],
    ['--replace', 'take the place of the one of this name'],
  ],
  flags: SaveFlags,
  result: SavedBaseline,
  changes: true,
  run: planThenApply(planBaseline, applyBaseline),
  summary: ({ name, isSaved, history }) =>
    `baseline ${name} ${isSaved ? 'saved' : 'to be saved'}: ${countOf(history.hooks.length, 'hook')} of the last week`,
  view: ({ file, history: { window } }, theme) =>
    theme.fields([
      ['file', file],
      ['period', `${theme.time(window.from)} to ${theme.time(window.to)}`],
      ['observed', formatPercent(window.coverage)],
    ]),
  examples: [
    'viktoria-ops performance baseline save',
    'viktoria-ops performance baseline save --name before-season --replace',
  ],
  sample: {
    name: 'default',
    file: '/var/lib/viktoria-ops/performance/baselines/default/default.json',
    isSaved: true,
    history: {
      window: { from: '2026-11-16T03:00:00.000Z', to: '2026-11-23T03:00:00.000Z', coverage: 1 },
      hooks: [
        {
          contentType: 'api::match.match',
          operation: 'afterUpdate',
          executions: 1_840,
          errors: 2,
          averageExecutionTime: 24.1,
          averageOwnTime: 22,
          p50: 20.4,
          p95: 48.2,
          p99: 71.9,
          maxExecutionTime: 131.8,
          hours: [{ from: '2026-11-16T03:00:00.000Z', executions: 11, errors: 0, p50: 20.1, p95: 44.7 }],
        },
      ],
      starts: ['2026-11-19T13:52:09.000Z'],
    },
  },
});
