import { defineCommand } from '../../lib/command.js';
import { findSlowQueries, SlowQueries, SlowQueryFlags, SORTS } from '../../lib/db/slow-queries.js';
import { countOf, formatDuration, formatPercent } from '../../lib/measures.js';

/** In full with --json. */
const LONGEST = 300;

export default defineCommand({
  options: [
    ['--window <duration>', 'how far back to look (default: 24h), as far as earlier runs reach'],
    ['--sort <by>', `${SORTS.join(', ')} (default: total)`],
    ['--limit <count>', 'how many to show (default: 20)'],
  ],
  flags: SlowQueryFlags,
  result: SlowQueries,
  run: findSlowQueries,
  summary: ({ isAvailable, statements, totalMs, since, basis }) => {
    if (!isAvailable) return 'not assessed: pg_stat_statements cannot be read';
    const [first] = statements;
    const from = since === null ? 'since the statistics began' : `since ${since}`;
    const period = basis === 'snapshot' ? from : `${from}, all that the server counted`;
    if (first === undefined) return `nothing was executed ${period}`;
    const most = `${formatPercent(Math.round(first.share * 100) / 100)} of ${formatDuration(totalMs)}`;
    return `${countOf(statements.length, 'statement')} ${period}; the first takes ${most}`;
  },
  view: ({ statements }, theme) =>
    theme.table(
      ['share', 'total', 'calls', 'mean', 'rows', 'read', 'temporary', 'role', 'query'],
      statements.map((statement) => [
        theme.percent(Math.round(statement.share * 1_000) / 1_000),
        theme.duration(statement.totalMs),
        theme.count(statement.calls),
        theme.duration(statement.meanMs),
        theme.count(statement.rows),
        theme.bytes(statement.readBytes),
        theme.bytes(statement.temporaryBytes),
        statement.user,
        statement.query.length > LONGEST ? `${statement.query.slice(0, LONGEST)}…` : statement.query,
      ]),
    ),
  spansEnvironments: true,
  examples: [
    'viktoria-ops db slow-queries',
    'viktoria-ops db slow-queries --window 7d --sort mean',
    'viktoria-ops db slow-queries --sort temp --limit 5',
  ],
  sample: {
    isAvailable: true,
    since: '2026-11-22T03:00:00.000Z',
    basis: 'snapshot',
    totalMs: 912_400,
    statements: [
      {
        key: '-4712881203341770212/16384/true',
        user: 'strapi',
        query: 'select "t0".* from "public"."matches" as "t0" where "t0"."season" = $1 order by "t0"."date" desc',
        calls: 18_240,
        totalMs: 402_110,
        share: 0.441,
        meanMs: 22.05,
        rows: 912_000,
        hitBytes: 88_000_000_000,
        readBytes: 1_200_000_000,
        temporaryBytes: 0,
      },
    ],
  },
});
