/** An analysis as a report in Markdown. */
import type { LogAnalysis } from '../../lib/logs/index.js';
import { code, codeCell, escapeMarkdown, type MarkdownCell, markdownSection } from '../../lib/markdown.js';
import { formatBytes, formatDuration } from '../../lib/measures.js';
import type { Finding } from '../../lib/status.js';

/** Text in it is escaped for a terminal already. */
export function analysisMarkdown(analysis: LogAnalysis, findings: readonly Finding[]): string {
  const said = findings.map(({ severity, message }) => `- **${severity}**: ${escapeMarkdown(message)}`).join('\n');
  const parts = [title(analysis), said, ...SECTIONS.map((section) => section(analysis))];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function title({ directory, firstEntry, lastEntry, totals, files }: LogAnalysis): string {
  const read = `${totals.entries} entries of ${files.length} files (${formatBytes(totals.analyzedBytes)})`;
  return `# Logs of ${code(directory)}\n\n${read}, from ${firstEntry ?? 'no time'} to ${lastEntry ?? 'no time'}.`;
}

const SECTIONS: readonly ((analysis: LogAnalysis) => string)[] = [
  ({ levels }) => markdownSection('Levels', ['level', 'entries'], Object.entries(levels)),
  ({ messages }) =>
    markdownSection(
      'Messages',
      ['count', 'level', 'new', 'first seen', 'last seen', 'message'],
      messages.map(({ count, level, isNew, firstSeen, lastSeen, template }) => [
        count,
        level,
        isNew ? 'new' : '',
        firstSeen ?? '',
        lastSeen ?? '',
        codeCell(template),
      ]),
    ),
  ({ moreMessages }) => more(moreMessages),
  ({ hooks }) =>
    markdownSection(
      'Hooks',
      ['hook', ...TIMING],
      hooks.map((hook) => [codeCell(`${hook.contentType} ${hook.operation}`), ...timing(hook)]),
    ),
  ({ moreHooks }) => more(moreHooks),
  ({ routes }) =>
    markdownSection(
      'Routes',
      ['route', ...TIMING],
      routes.map((route) => [codeCell(`${route.method} ${route.route}`), ...timing(route)]),
    ),
  ({ moreRoutes }) => more(moreRoutes),
  ({ zone, hours }) =>
    markdownSection(
      `Hours (${zone})`,
      ['hour', 'entries', 'warnings', 'errors'],
      hours.map(({ hour, entries, warnings, errors }) => [hour, entries, warnings, errors]),
    ),
  ({ files }) =>
    markdownSection(
      'Files',
      ['file', 'state', 'format', 'entries', 'in no known format', 'reason'],
      files.map(({ name, state, format, entries, unrecognized, reason }) => [
        codeCell(name),
        state,
        format ?? '',
        entries,
        unrecognized,
        escapeMarkdown(reason ?? ''),
      ]),
    ),
  ({ samples }) =>
    markdownSection(
      'Lines in no known format',
      ['file', 'line'],
      samples.map(({ file, line }) => [codeCell(file), codeCell(line)]),
    ),
];

const TIMING = ['count', 'failed', 'average', 'p50', 'p95', 'p99', 'max'] as const;

const timing = (of: Omit<LogAnalysis['hooks'][number], 'contentType' | 'operation'>): MarkdownCell[] => [
  of.count,
  of.failures,
  ...[of.averageMs, of.p50Ms, of.p95Ms, of.p99Ms, of.maxMs].map(formatDuration),
];

const more = ({ kinds, entries }: LogAnalysis['moreMessages']) =>
  entries === 0 ? '' : `And ${kinds} more kinds, ${entries} entries.`;
