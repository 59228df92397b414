/** An audit as a report in Markdown. */
import type { ConfigAudit } from '../../lib/configuration/index.js';
import type { Finding } from '../../lib/status.js';
import { code, escapeMarkdown, table } from '../markdown.js';

/** Text in it is escaped for a terminal already. */
export function auditMarkdown(audit: ConfigAudit, findings: readonly Finding[]): string {
  const { since, until, root, sources, events, drift } = audit;
  const parts = [
    `# Configuration of ${code(root)}`,
    `From ${since} to ${until}.`,
    findings.map(({ severity, message }) => `- **${severity}**: ${escapeMarkdown(message)}`).join('\n'),
    table('Changes', ['when', 'who', 'what', 'keys', 'commit', 'sources'], events.map(rowOf)),
    table(
      'Environments that differ',
      ['key', 'environment', 'value', 'compared with', 'value there'],
      drift.map(({ key, environment, value, reference, expected }) => [
        code(key),
        escapeMarkdown(environment),
        code(value ?? 'none'),
        escapeMarkdown(reference),
        code(expected ?? 'none'),
      ]),
    ),
    table(
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
  `${code(path)} ${kind}`,
  keys.map(code).join(' '),
  commit === null ? '' : `${code(commit.slice(0, 10))} ${escapeMarkdown(subject ?? '')}`,
  sources.join(', '),
];
