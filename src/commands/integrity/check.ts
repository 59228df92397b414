import { defineCommand } from '../../lib/command.js';
import { checkIntegrity, describeRows, IntegrityFlags, IntegrityReport } from '../../lib/integrity/index.js';
import { countOf } from '../../lib/measures.js';
import type { Theme } from '../../lib/terminal/theme.js';

export default defineCommand({
  changes: true,
  options: [
    ['--only <names>', 'run only these checks and journeys, separated by commas'],
    ['--samples <count>', 'failing rows to name of each check (default: 5)'],
  ],
  flags: IntegrityFlags,
  result: IntegrityReport,
  run: checkIntegrity,
  summary: ({ checks, journeys, plan }) => {
    if (plan !== null) return `would run ${countBoth(plan)}`;
    const states = [...checks, ...journeys].map(({ state }) => state);
    if (states.length === 0) return 'nothing is configured to be checked';
    const bad = (['failed', 'warning', 'unknown'] as const).flatMap((wanted) => {
      const count = states.filter((state) => state === wanted).length;
      return count === 0 ? [] : [`${count} ${wanted}`];
    });
    const all = countBoth({ checks, journeys });
    return bad.length === 0 ? `${all}, all hold` : `of ${all}: ${bad.join(', ')}`;
  },
  view: (report, theme) =>
    (report.plan === null
      ? [checkTable(report, theme), journeyTable(report, theme), queries(report, theme)]
      : planTables(report.plan, theme)
    )
      .filter(Boolean)
      .join('\n\n'),
  examples: [
    'viktoria-ops integrity check',
    'viktoria-ops integrity check --dry-run',
    'viktoria-ops integrity check --only points-recomputed --samples 50',
  ],
  sample: {
    checks: [
      {
        name: 'points-recomputed',
        kind: 'recomputed',
        state: 'failed',
        description: 'every line of the league table is what its matches say',
        owner: 'statistics',
        failing: 2,
        total: 8,
        newRows: 1,
        knownRows: 1,
        failingSince: '2026-11-01T03:00:00.000Z',
        samples: ['season_id=1, team_id=4', 'season_id=1, team_id=7'],
        query: 'select season_id, team_id from standings where points <> 3 * won + drawn',
        durationMs: 12,
        reason: null,
        hint: 'save any match of the season again: its hook recalculates the table',
      },
    ],
    journeys: [
      {
        name: 'visitor-reads-the-table',
        state: 'ok',
        description: 'a visitor looks up the teams, opens one, and reads the league table',
        owner: null,
        hint: null,
        failingSince: null,
        durationMs: 31,
        steps: [
          { name: 'teams', request: 'GET /api/teams', state: 'ok', status: 200, latencyMs: 14.2, problems: [] },
          { name: 'one team', request: 'GET /api/teams/1', state: 'ok', status: 200, latencyMs: 8.1, problems: [] },
        ],
        stepCount: 2,
      },
    ],
    plan: null,
  },
});

interface Both {
  readonly checks: readonly unknown[];
  readonly journeys: readonly unknown[];
}

const countBoth = ({ checks, journeys }: Both): string =>
  `${countOf(checks.length, 'check')} and ${countOf(journeys.length, 'journey')}`;

type Report = Parameters<typeof describeRows>[0];

function checkTable({ checks }: IntegrityReport, theme: Theme): string {
  if (checks.length === 0) return '';
  const rows = checks.map((check) => [
    theme.status(check.state),
    check.name,
    theme.duration(check.durationMs),
    resultOf(check),
  ]);
  return theme.table(['state', 'check', 'time', 'result'], rows);
}

function resultOf(check: Report): string {
  if (check.reason !== null) return check.reason;
  if (check.failing !== 0) return describeRows(check);
  return check.total === null ? 'no row fails' : `${countOf(check.total, 'row')}, none fails`;
}

function journeyTable({ journeys }: IntegrityReport, theme: Theme): string {
  if (journeys.length === 0) return '';
  const rows = journeys.flatMap(({ name, steps }) =>
    steps.map((step) => [theme.status(step.state), name, step.name, theme.duration(step.latencyMs), answerOf(step)]),
  );
  return theme.table(['state', 'journey', 'step', 'time', 'answer'], rows);
}

const answerOf = ({ status, problems }: IntegrityReport['journeys'][number]['steps'][number]): string =>
  problems.length > 0 ? problems.join('; ') : String(status ?? '–');

/** Of the checks that found something, to be put to the database by hand. */
function queries({ checks }: IntegrityReport, theme: Theme): string {
  return checks
    .filter(({ failing, query }) => (failing ?? 0) > 0 && query !== '')
    .map(({ name, query }) => `${theme.heading(`The rows of ${name}`)}\n${query}`)
    .join('\n');
}

function planTables({ checks, journeys }: NonNullable<IntegrityReport['plan']>, theme: Theme): string[] {
  const planned = checks.map(({ name, kind, cost, rows, query }) => [
    name,
    kind,
    theme.count(cost === null ? null : Math.round(cost)),
    theme.count(rows),
    query,
  ]);
  const requests = journeys.flatMap(({ name, requests: all }) => all.map((request) => [name, request]));
  return [
    checks.length > 0 ? theme.table(['check', 'kind', 'cost', 'expected rows', 'query'], planned) : '',
    journeys.length > 0 ? theme.table(['journey', 'request'], requests) : '',
  ];
}
