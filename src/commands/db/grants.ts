import { defineCommand } from '../../lib/command.js';
import { GrantFlags, Grants, writeGrants } from '../../lib/db/grants.js';
import { countOf } from '../../lib/measures.js';

export default defineCommand({
  options: [
    ['--prefix <name>', 'how the three roles begin (default: viktoria_ops)'],
    [
      '--server-version <major>',
      'for a server of this version, without asking one; owners and schemas are then examples',
    ],
  ],
  flags: GrantFlags,
  result: Grants,
  run: writeGrants,
  raw: true,
  summary: ({ statements, version }) => `${countOf(statements.length, 'statement')} for PostgreSQL ${version}`,
  view: ({ statements, version, database }) => {
    const head = `-- Least rights for viktoria-ops on PostgreSQL ${version}${database === null ? '' : `, database ${database}`}.`;
    const lines = statements.map(({ sql, why, purpose }, index) => {
      const begins = statements[index - 1]?.purpose !== purpose;
      return `${begins ? `\n-- ${TITLES[purpose]}\n` : ''}-- ${why}\n${sql};`;
    });
    return `${[`${head} Run as a superuser: viktoria-ops db grants | psql`, ...lines].join('\n')}\n`;
  },
  examples: [
    'viktoria-ops db grants',
    'viktoria-ops db grants | psql -U postgres viktoria_wertheim',
    'viktoria-ops db grants --server-version 17 --prefix ops',
  ],
  sample: {
    version: 17,
    database: 'viktoria_wertheim',
    statements: [
      {
        role: 'viktoria_ops_maintain',
        purpose: 'maintain',
        sql: 'GRANT pg_maintain TO viktoria_ops_maintain',
        why: 'VACUUM, ANALYZE and REINDEX of every table; dropping what an interrupted REINDEX left takes its owner',
      },
    ],
  },
});

const TITLES = {
  inspect: 'Looking: health, stats, locks, indexes, slow-queries',
  maintain: 'Maintaining: vacuum, analyze, reindex, optimize',
  backup: 'Backing up',
} as const satisfies Record<Grants['statements'][number]['purpose'], string>;
