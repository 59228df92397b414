import { defineCommand } from '../../lib/command.js';
import {
  describeAnswer,
  describeEffect,
  describeSearch,
  describeUsage,
  FlagReport,
  FlagReportFlags,
  reportFlags,
} from '../../lib/flags/index.js';
import { countOf } from '../../lib/measures.js';
import type { Theme } from '../../lib/terminal/theme.js';
import { newTable } from './sample.js';

export default defineCommand({
  options: [
    ['--window <duration>', 'how far back a change is new (default: 7d)'],
    ['--report <file>', 'write it to a file, too: .md, .html or .json'],
  ],
  flags: FlagReportFlags,
  result: FlagReport,
  run: reportFlags,
  summary: ({ flags, changes, windowDays }) => {
    const fresh = changes?.filter(({ isNew }) => isNew).length;
    const changed = fresh === undefined ? 'changes unknown' : `${countOf(fresh, 'change')} in ${windowDays} days`;
    const troubled = flags.filter(({ states }) => states.length > 0).length;
    return `${countOf(flags.length, 'flag')}, ${troubled} to look at; ${changed}`;
  },
  view,
  examples: ['viktoria-ops feature-flags report', 'viktoria-ops feature-flags report --window 30d --report flags.md'],
  sample: {
    windowDays: 7,
    flags: [newTable],
    changes: [
      {
        flag: 'new-table',
        day: '2026-11-05',
        from: 'off',
        to: 'on',
        isNew: false,
        effects: [
          { metric: 'duration', verdict: 'better', daysBefore: 14, daysAfter: 14, change: -0.121, p: 0.0004 },
          { metric: 'errorRate', verdict: 'no_difference', daysBefore: 14, daysAfter: 14, change: 0.0001, p: 0.62 },
        ],
      },
    ],
    fileChanges: [{ timestamp: '2026-11-20T09:12:03.000Z', path: 'config/feature-flags.json' }],
    undefinedReferences: [],
    search: {
      directories: ['/srv/app/backend'],
      files: 312,
      sizeBytes: 1_204_000,
      skipped: [],
      dynamic: { count: 0, places: [] },
    },
    reportFile: '/srv/app/flags.md',
  },
});

function view(report: FlagReport, theme: Theme): string {
  const parts = [flagTable(report, theme), changeTable(report, theme), unknownTable(report, theme)];
  const { search, reportFile } = report;
  if (search) parts.push(theme.dim(describeSearch(search)));
  if (reportFile !== null) parts.push(theme.dim(`Report: ${reportFile}`));
  return parts.filter((part) => part !== '').join('\n');
}

function flagTable({ flags }: FlagReport, theme: Theme): string {
  if (flags.length === 0) return '';
  const rows = flags.map((flag) => [
    flag.name,
    describeAnswer(flag),
    theme.count(flag.usage?.evaluations),
    describeUsage(flag),
    flag.references && countOf(flag.references.count, 'place'),
    flag.states.join(', '),
  ]);
  return theme.table(['flag', 'now', 'evaluations', 'answer', 'source', 'problem'], rows);
}

function changeTable({ changes, fileChanges }: FlagReport, theme: Theme): string {
  const rows = (changes ?? []).map(({ day, flag, from, to, effects }) => [
    day,
    flag,
    `${from} → ${to}`,
    ...effects.map(describeEffect),
  ]);
  const table =
    rows.length === 0 ? [] : [theme.table(['changed', 'flag', 'how', 'hook duration', 'hook errors'], rows)];
  const files = fileChanges.map(({ timestamp, path }) => theme.dim(`${path} changed ${theme.time(timestamp)}`));
  return [...table, ...files].map((part, index) => (index === 0 ? `\n${part}` : part)).join('\n');
}

function unknownTable({ undefinedReferences }: FlagReport, theme: Theme): string {
  if (undefinedReferences.length === 0) return '';
  const rows = undefinedReferences.map(({ name, references: { places } }) => [
    name,
    places.map(({ file, line }) => `${file}:${line}`).join(', '),
  ]);
  return `\n${theme.table(['asked for, known nowhere', 'in'], rows)}`;
}
