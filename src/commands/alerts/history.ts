import { AlertHistory, HistoryFlags, listHistory } from '../../lib/alerts/index.js';
import { defineCommand } from '../../lib/command.js';
import { countOf } from '../../lib/measures.js';

export default defineCommand({
  options: [
    ['--rule <name>', 'only of this rule'],
    ['--since <duration>', 'only as far back, such as 24h'],
    ['--limit <count>', 'at most so many, the newest (default: 50)'],
  ],
  flags: HistoryFlags,
  result: AlertHistory,
  run: listHistory,
  summary: ({ transitions: [latest], total }) =>
    latest
      ? `${countOf(total, 'change')}; latest: ${latest.rule} ${latest.change}, ${latest.at}`
      : 'nothing has changed',
  view: ({ transitions }, theme) =>
    theme.table(
      ['when', 'severity', 'alert', 'change', 'figures', 'note'],
      transitions.map(({ at, severity, rule, change, values, mutedBy, reason }) => [
        theme.time(at),
        severity,
        rule,
        change,
        Object.entries(values)
          .map(([path, value]) => `${path} ${value ?? 'unknown'}`)
          .join(', '),
        [reason, mutedBy && `quiet: ${mutedBy}`].filter(Boolean).join('; '),
      ]),
    ),
  examples: ['viktoria-ops alerts history', 'viktoria-ops alerts history --rule high-error-rate --since 7d --json'],
  sample: {
    transitions: [
      {
        rule: 'high-error-rate',
        at: '2026-11-23T03:00:00.000Z',
        change: 'firing',
        episode: 3,
        severity: 'warning',
        values: { 'hooks.errorRate': 0.032 },
      },
    ],
    total: 1,
    unreadable: 0,
  },
});
