/** The report as a file: one HTML page, or Markdown. Pure. */
import { html, page, table } from '../../html/index.js';
import { escapeMarkdown, markdownTable } from '../../markdown.js';
import type { Finding } from '../../status.js';
import type { References } from '../flag.js';
import type { FlagReport } from '../report.js';
import { describeAnswer, describeEffect, describeSearch, describeUsage, formatShare } from '../words.js';

const columnsOf = (head: readonly string[]) => head.map((name) => ({ name }));

export interface Cover {
  /** What it is on: host, environment, time. */
  readonly about: string;
  readonly findings: readonly Finding[];
}

const TITLE = 'Feature flags';

export function markdownReport({ about, findings }: Cover, report: FlagReport): string {
  const said = findings.map(({ severity, message }) => `- **${severity}**: ${escapeMarkdown(message)}`).join('\n');
  const sections = sectionsOf(report).map(
    ({ title, head, rows }) => `## ${title}\n\n${rows.length === 0 ? 'None.' : markdownTable(columnsOf(head), rows)}\n`,
  );
  const parts = [`# ${TITLE}`, escapeMarkdown(about), said, escapeMarkdown(searchOf(report)), ...sections];
  return `${parts
    .filter((part) => part !== '')
    .join('\n\n')
    .trimEnd()}\n`;
}

export function htmlReport({ about, findings }: Cover, report: FlagReport): string {
  const said = findings.map(({ severity, message }) => html`<li><strong>${severity}</strong>: ${message}</li>\n`);
  const sections = sectionsOf(report).map(
    ({ title, head, rows }) => html`<section>
<h2>${title}</h2>
${rows.length === 0 ? html`<p class="faint">None.</p>` : table(columnsOf(head), rows)}
</section>
`,
  );
  const body = html`<h1>${TITLE}</h1>\n<p class="faint">${about}</p>\n<ul>\n${said}</ul>\n<p>${searchOf(report)}</p>\n${sections}`;
  return page({ title: TITLE, body });
}

interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const sectionsOf = (report: FlagReport): readonly Section[] => SECTIONS.map((section) => section(report));

const SECTIONS: readonly ((report: FlagReport) => Section)[] = [
  ({ windowDays, changes, fileChanges }) => ({
    title: `Changes of the last ${windowDays} days`,
    head: ['day', 'flag', 'from', 'to'],
    rows: [
      ...(changes ?? []).filter(({ isNew }) => isNew).map(({ day, flag, from, to }) => [day, flag, from, to]),
      ...fileChanges.map(({ timestamp, path }) => [timestamp, path, '', 'changed']),
    ],
  }),
  ({ flags }) => ({
    title: 'Flags',
    head: ['flag', 'now', 'evaluations', 'on', 'answer', 'owner', 'expires', 'named in', 'problem'],
    rows: flags.map((flag) => [
      flag.name,
      describeAnswer(flag) ?? '–',
      String(flag.usage?.evaluations ?? '–'),
      formatShare(flag.usage?.enabledShare ?? null) ?? '–',
      describeUsage(flag) ?? '–',
      flag.owner ?? '–',
      flag.expires ?? '–',
      flag.references ? placesOf(flag.references) : '–',
      flag.states.join(', '),
    ]),
  }),
  ({ changes }) => ({
    title: 'Effects of changes',
    head: ['day', 'flag', 'change', 'duration of hooks', 'errors of hooks'],
    rows: (changes ?? []).map(({ day, flag, from, to, effects }) => [
      day,
      flag,
      `${from} → ${to}`,
      ...effects.map(describeEffect),
    ]),
  }),
  ({ undefinedReferences }) => ({
    title: 'Asked for in source, known nowhere',
    head: ['flag', 'places'],
    rows: undefinedReferences.map(({ name, references }) => [name, placesOf(references)]),
  }),
];

const PLACES_SHOWN = 3;

function placesOf({ count, places }: References): string {
  if (count === 0) return 'nowhere';
  const shown = places.slice(0, PLACES_SHOWN).map(({ file, line }) => `${file}:${line}`);
  return `${shown.join(', ')}${count > shown.length ? ` and ${count - shown.length} more` : ''}`;
}

const searchOf = ({ search }: FlagReport): string =>
  search ? `${describeSearch(search)}.` : 'Source was not searched.';
