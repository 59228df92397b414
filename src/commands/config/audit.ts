import { resolve } from 'node:path';
import { defineCommand } from '../../lib/command.js';
import { auditConfig, ConfigAudit, ConfigAuditFlags } from '../../lib/configuration/index.js';
import type { Context } from '../../lib/context.js';
import { writeFileAtomic } from '../../lib/files/index.js';
import { countOf } from '../../lib/measures.js';
import { mapStrings } from '../../lib/redact.js';
import type { Outcome } from '../../lib/status.js';
import { escapeText } from '../../lib/terminal/escape.js';
import type { Theme } from '../../lib/terminal/theme.js';
import { auditMarkdown } from './audit-markdown.js';

export default defineCommand({
  options: [
    ['--since <duration>', 'how far back to look (default: 7d)'],
    ['--period <period>', 'the same in words: weekly, monthly'],
    ['--report <file>', 'write a report in Markdown to this file'],
  ],
  flags: ConfigAuditFlags,
  result: ConfigAudit,
  run: async (context, flags) => {
    const outcome = await auditConfig(context, flags);
    if (flags.report !== undefined) await writeReport(context, outcome, flags.report);
    return outcome;
  },
  summary: ({ events, drift, since }) => {
    const nameless = events.filter(({ who }) => who === null).length;
    const unknown = nameless === 0 ? '' : `, ${nameless} by nobody knows whom`;
    const apart = drift.length === 0 ? '' : `; environments differ in ${countOf(drift.length, 'value')}`;
    return `${countOf(events.length, 'change')} since ${since.slice(0, 10)}${unknown}${apart}`;
  },
  view,
  examples: [
    'viktoria-ops config audit',
    'viktoria-ops config audit --since 30d',
    'viktoria-ops config audit --period monthly --report config-audit.md',
  ],
  sample: {
    since: '2026-01-01T03:00:00.000Z',
    until: '2026-01-08T03:00:00.000Z',
    root: '/srv/viktoria/backend',
    sources: [
      { source: 'snapshots', state: 'asked', detail: '8 snapshots' },
      { source: 'git', state: 'asked', detail: '41 commits' },
      { source: 'backend', state: 'asked', detail: '2 changes' },
      { source: 'operators', state: 'asked', detail: '0 restores' },
    ],
    events: [
      {
        at: '2026-01-05T10:21:07.000Z',
        who: 'Anna <anna@example.org>',
        path: 'config/server.ts',
        kind: 'changed',
        keys: [],
        sources: ['git', 'snapshots'],
        commit: '0123456789abcdef0123456789abcdef01234567',
        subject: 'Port from the environment',
        seenIn: 'config-20260106T030000Z-5f2a9c31',
      },
      {
        at: '2026-01-04T03:00:00.000Z',
        who: null,
        path: '.env',
        kind: 'changed',
        keys: ['API_TOKEN_SALT'],
        sources: ['snapshots'],
        commit: null,
        subject: null,
        seenIn: 'config-20260104T030000Z-81c07be2',
      },
    ],
    drift: [{ environment: 'staging', reference: 'production', key: 'logs.keepFor', value: '"3d"', expected: '"1w"' }],
  },
});

/** The same words and findings as on screen, redacted and escaped as there. */
async function writeReport(
  { cwd, redactor }: Context,
  { result, findings }: Outcome<ConfigAudit>,
  file: string,
): Promise<void> {
  const shown = mapStrings(redactor.data({ result, findings }), escapeText);
  await writeFileAtomic(resolve(cwd, file), auditMarkdown(shown.result, shown.findings));
}

function view({ sources, events, drift }: ConfigAudit, theme: Theme): string {
  const changes = events.map(({ at, who, kind, path, keys, commit, subject }) => [
    theme.time(at),
    who ?? 'unknown',
    `${path} ${kind}`,
    [keys.join(', '), commit?.slice(0, 10), subject].filter(Boolean).join(' '),
  ]);
  const apart = drift.map(({ environment, key, value, expected, reference }) => [
    key,
    `${environment} ${value ?? 'has none'}`,
    `${reference} ${expected ?? 'has none'}`,
  ]);
  return [
    theme.fields(
      sources.map(({ source, state, detail }) => [source, state === 'asked' ? detail : `${state}: ${detail}`]),
    ),
    ...(changes.length === 0 ? [] : [theme.table(['when', 'who', 'what', 'details'], changes)]),
    ...(apart.length === 0 ? [] : [theme.table(['differs', 'here', 'there'], apart)]),
  ].join('\n');
}
