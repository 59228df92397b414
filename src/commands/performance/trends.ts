import { defineCommand } from '../../lib/command.js';
import { withReport } from '../../lib/performance/report-file.js';
import { findHookTrends, HookTrends, TrendsFlags } from '../../lib/performance/trends.js';
import { changeCharts, trendsDocument } from '../../lib/performance/trends-document.js';
import { changeSample, changesSummary, changesView } from './changes-view.js';

export default defineCommand({
  options: [['--report <file>', 'write it to a file, too: .html, .md or .json']],
  flags: TrendsFlags,
  result: HookTrends,
  run: withReport(findHookTrends, trendsDocument),
  summary: ({ hooks }) => `${changesSummary(hooks)}, against the week before`,
  view: ({ hooks, reportFile }, theme) =>
    [changesView(hooks, theme), reportFile === null ? '' : theme.dim(`Report: ${reportFile}`)]
      .filter(Boolean)
      .join('\n'),
  charts: ({ hooks }) => changeCharts(hooks),
  examples: ['viktoria-ops performance trends', 'viktoria-ops performance trends --report trends.html'],
  sample: {
    window: { from: '2026-11-16T03:00:00.000Z', to: '2026-11-23T03:00:00.000Z', coverage: 1 },
    previous: { from: '2026-11-09T03:00:00.000Z', to: '2026-11-16T03:00:00.000Z', coverage: 0.998 },
    hooks: [changeSample],
    reportFile: null,
  },
});
