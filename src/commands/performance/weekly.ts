import { defineCommand } from '../../lib/command.js';
import { HookReport, ReportFlags, reportDocument, reportWeek } from '../../lib/performance/report.js';
import { withReport } from '../../lib/performance/report-file.js';
import { reportSample, reportSummary, reportView } from './report-view.js';

export default defineCommand({
  options: [['--report <file>', 'write it to a file, too: .html with charts, .md or .json']],
  flags: ReportFlags,
  result: HookReport,
  run: withReport(reportWeek, reportDocument('Hooks, the last 7 days')),
  summary: (result) => `${reportSummary(result)} in 7 days`,
  view: reportView,
  examples: ['viktoria-ops performance weekly', 'viktoria-ops performance weekly --report hooks.html'],
  sample: reportSample,
});
