import { resolve } from 'node:path';
import { defineCommand } from '../../lib/command.js';
import type { Context } from '../../lib/context.js';
import { writeFileAtomic } from '../../lib/files/index.js';
import { AnalyzeFlags, analyzeLogs, LogAnalysis } from '../../lib/logs/index.js';
import { countOf, formatBytes } from '../../lib/measures.js';
import { mapStrings } from '../../lib/redact.js';
import type { Outcome } from '../../lib/status.js';
import { escapeText } from '../../lib/terminal/escape.js';
import { analysisMarkdown } from './analysis-markdown.js';
import { analysisSample } from './analysis-sample.js';
import { analysisView } from './analysis-view.js';

export default defineCommand({
  options: [
    ['--since <duration>', 'only entries of the last 24h, 7d (default: all there are)'],
    ['--period <period>', 'the same in words: daily, weekly, monthly'],
    ['--incremental', 'only what was written since the last incremental run'],
    ['--directory <path>', 'analyse the logs there (default: logs.directory)'],
    ['--pattern <pattern>', 'which files are logs (default: logs.pattern)'],
    ['--top <count>', 'how many messages, hooks and routes to show (default: 20)'],
    ['--zone <name>', 'time zone of the hours, and of times that name none (default: that of the host)'],
    ['--redact-ips', 'take IP addresses out of samples, too'],
    ['--unredacted', 'leave e-mail addresses and tokens in samples'],
    ['--report <file>', 'write a report in Markdown to this file'],
  ],
  flags: AnalyzeFlags,
  result: LogAnalysis,
  run: async (context, flags) => {
    const outcome = await analyzeLogs(context, flags);
    if (flags.report !== undefined) await writeReport(context, outcome, flags.report);
    return outcome;
  },
  summary: ({ totals, levels, messages, files }) => {
    const read = `${countOf(totals.entries, 'entry').replace('entrys', 'entries')} in ${countOf(files.length, 'file')}`;
    const added = messages.filter(({ isNew }) => isNew).length;
    const news = added === 0 ? '' : `, ${countOf(added, 'message')} not seen before`;
    const errors = levels.error + levels.fatal;
    return `${countOf(errors, 'error')}, ${countOf(levels.warn, 'warning')}${news} in ${read} (${formatBytes(totals.analyzedBytes)})`;
  },
  view: analysisView,
  examples: [
    'viktoria-ops logs analyze',
    'viktoria-ops logs analyze --since 24h',
    'viktoria-ops logs analyze --period monthly --report logs.md',
    'viktoria-ops logs analyze --incremental --json',
  ],
  sample: analysisSample,
});

/** The same figures and findings as on screen, redacted and escaped as there. */
async function writeReport(
  { cwd, redactor }: Context,
  { result, findings }: Outcome<LogAnalysis>,
  file: string,
): Promise<void> {
  const shown = mapStrings(redactor.data({ result, findings }), escapeText);
  await writeFileAtomic(resolve(cwd, file), analysisMarkdown(shown.result, shown.findings));
}
