import { defineCommand } from '../../lib/command.js';
import { HookReport, ReportFlags, reportDay, reportDocument } from '../../lib/performance/report.js';
import { withReport } from '../../lib/performance/report-file.js';
import { reportSample, reportSummary, reportView } from './report-view.js';

export default defineCommand({
  options: [['--report <file>', 'write it to a file, too: .html with charts, .md or .json']],
  flags: ReportFlags,
  result: HookReport,
  run: withReport(reportDay, reportDocument('Hooks, the last 24 h')),
  summary: (result) => `${reportSummary(result)} in 24 h`,
  view: reportView,
  examples: ['viktoria-ops performance daily', 'viktoria-ops performance daily --report hooks.html'],
  sample: reportSample,
});
