import { defineCommand } from '../../lib/command.js';
import { RecentErrorsFlags, RecentErrorsResult, recentErrors } from '../../lib/hook-errors/index.js';

export default defineCommand({
  options: [
    ['--limit <count>', 'look at so many of the newest errors (default: 20, at most 1000)'],
    ['--window <duration>', 'only errors of the last 1h, 24h, 7d'],
  ],
  flags: RecentErrorsFlags,
  result: RecentErrorsResult,
  run: recentErrors,
  summary: ({ window, count, isLimited, groups: [latest, ...others] }) => {
    const period = window ? ` in the last ${window}` : '';
    if (!latest) return `no errors${period}`;
    const number = isLimited ? `the newest ${count} errors` : `${count} errors`;
    const kinds = others.length === 0 ? 'one kind' : `${others.length + 1} kinds`;
    return `${number}${period} of ${kinds}; latest ${latest.lastSeen}: ${latest.template}`;
  },
  view: ({ groups }, theme) =>
    theme.table(
      ['count', 'last seen', 'hook', 'type', 'outcome', 'message'],
      groups.map(({ count, lastSeen, contentType, operation, errorType, outcome, template }) => [
        theme.count(count),
        theme.time(lastSeen),
        `${contentType} ${operation}`,
        errorType,
        outcome,
        template,
      ]),
    ),
  spansEnvironments: true,
  examples: ['viktoria-ops errors recent', 'viktoria-ops errors recent --window 1h --limit 500'],
  sample: {
    count: 17,
    isLimited: false,
    groups: [
      {
        template: 'Team # has no season "…"',
        errorType: 'TypeError',
        outcome: 'failed',
        contentType: 'api::team.team',
        operation: 'beforeUpdate',
        count: 14,
        firstSeen: '2026-11-23T01:12:44.120Z',
        lastSeen: '2026-11-23T02:58:03.871Z',
        example: 'Team 41 has no season "2026/27"',
      },
      {
        template: 'duplicate key value violates unique constraint "…"',
        errorType: 'DatabaseError',
        outcome: 'failed',
        contentType: 'api::match.match',
        operation: 'afterCreate',
        count: 3,
        firstSeen: '2026-11-22T19:30:00.000Z',
        lastSeen: '2026-11-22T21:04:31.002Z',
        example: 'duplicate key value violates unique constraint "table_entries_pkey"',
      },
    ],
  },
});
