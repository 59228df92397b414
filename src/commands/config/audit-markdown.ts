/** An audit as a report in Markdown. */
import type { ConfigAudit } from '../../lib/configuration/index.js';
import { code, codeCell, escapeMarkdown, markdownSection } from '../../lib/markdown.js';
import type { Finding } from '../../lib/status.js';

/** Text in it is escaped for a terminal already. */
export function auditMarkdown(audit: ConfigAudit, findings: readonly Finding[]): string {
  const { since, until, root, sources, events, drift } = audit;
  const parts = [
    `# Configuration of ${code(root)}`,
    `From ${since} to ${until}.`,
    findings.map(({ severity, message }) => `- **${severity}**: ${escapeMarkdown(message)}`).join('\n'),
    markdownSection('Changes', ['when', 'who', 'what', 'keys', 'commit', 'sources'], events.map(rowOf)),
    markdownSection(
      'Environments that differ',
      ['key', 'environment', 'value', 'compared with', 'value there'],
      drift.map(({ key, environment, value, reference, expected }) => [
        codeCell(key),
        escapeMarkdown(environment),
        codeCell(value ?? 'none'),
        escapeMarkdown(reference),
        codeCell(expected ?? 'none'),
      ]),
    ),
    markdownSection(
      'Sources',
      ['source', 'state', 'detail'],
      sources.map(({ source, state, detail }) => [source, state, escapeMarkdown(detail)]),
    ),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const rowOf = ({ at, who, path, kind, keys, commit, subject, sources }: ConfigAudit['events'][number]) => [
  at,
  who === null ? '**unknown**' : escapeMarkdown(who),
  `${codeCell(path)} ${kind}`,
  keys.map(codeCell).join(' '),
  commit === null ? '' : `${codeCell(commit.slice(0, 10))} ${escapeMarkdown(subject ?? '')}`,
  sources.join(', '),
];
