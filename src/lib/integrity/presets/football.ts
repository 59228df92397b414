/** What holds in a football league: the tables of the sample backend, and what a visitor does there. */
import type * as z from 'zod';
import type { Integrity } from '../../config/integrity.js';

export const football = {
  checks: {
    'points-recomputed': {
      kind: 'recomputed',
      description: 'every line of the league table is what its matches say',
      kpi: 'calculationCorrectness',
      hint: 'save any match of the season again: its hook recalculates the table',
      table: 'standings',
      key: ['season_id', 'team_id'],
      columns: ['played', 'won', 'drawn', 'lost', 'goals_for', 'goals_against', 'points'],
      sql: `
        select season_id, team_id, count(*) as played,
          count(*) filter (where scored > conceded) as won, count(*) filter (where scored = conceded) as drawn,
          count(*) filter (where scored < conceded) as lost,
          sum(scored) as goals_for, sum(conceded) as goals_against,
          sum(case when scored > conceded then 3 when scored = conceded then 1 else 0 end) as points
        from (
          select season_id, home_team_id as team_id, home_goals as scored, away_goals as conceded from matches
          union all
          select season_id, away_team_id, away_goals, home_goals from matches
        ) as results
        where scored is not null
        group by season_id, team_id`,
    },
    'goals-balance': {
      kind: 'cross_table_sum',
      description: 'the table of a season counts the goals that fell in its matches',
      kpi: 'calculationCorrectness',
      left: { table: 'matches', sum: ['home_goals', 'away_goals'], by: ['season_id'] },
      right: { table: 'standings', sum: ['goals_for'], by: ['season_id'] },
    },
    'players-without-team': {
      kind: 'sql',
      description: 'every player plays for a team that exists',
      hint: 'give the player a team, or delete him',
      key: ['id'],
      sql: `
        select players.id from players left join teams on teams.id = players.team_id where teams.id is null`,
      total: 'select count(*) from players',
    },
    'overlapping-matches': {
      kind: 'sql',
      description: 'no team has two matches within two hours',
      kpi: 'validationAccuracy',
      hint: 'move one of the two matches',
      key: ['id', 'other_id'],
      sql: `
        select distinct id, other_id from (
          select id, kick_off, lag(id) over before as other_id, lag(kick_off) over before as other_kick_off
          from matches cross join lateral (values (home_team_id), (away_team_id)) as sides (team_id)
          window before as (partition by team_id order by kick_off, id)
        ) as matches_of_a_team
        where kick_off - other_kick_off <= interval '2 hours'`,
      total: 'select count(*) from matches',
    },
    'teams-against-themselves': {
      kind: 'sql',
      description: 'a match has two teams',
      kpi: 'validationAccuracy',
      key: ['id'],
      sql: 'select id from matches where home_team_id = away_team_id',
      total: 'select count(*) from matches',
    },
    'half-scores': {
      kind: 'sql',
      description: 'a score has the goals of both teams',
      kpi: 'validationAccuracy',
      key: ['id'],
      sql: 'select id from matches where (home_goals is null) <> (away_goals is null)',
      total: 'select count(*) from matches',
    },
    'goals-in-range': {
      kind: 'range',
      description: 'a team scores 0 to 50 goals',
      kpi: 'validationAccuracy',
      table: 'matches',
      column: 'home_goals',
      min: 0,
      max: 50,
    },
    'shirt-numbers': {
      kind: 'range',
      description: 'shirts are numbered 1 to 99',
      kpi: 'validationAccuracy',
      table: 'players',
      column: 'shirt_number',
      min: 1,
      max: 99,
    },
    'one-team-a-place': {
      kind: 'unique',
      description: 'no two teams of a season share a place in the table',
      table: 'standings',
      key: ['season_id', 'team_id'],
      columns: ['season_id', 'position'],
    },
    'match-teams': {
      kind: 'foreign_key',
      description: 'the home team of a match exists',
      table: 'matches',
      columns: ['home_team_id'],
      references: { table: 'teams' },
    },
    'named-players': {
      kind: 'not_null',
      description: 'every player has a name and a position',
      table: 'players',
      columns: ['name', 'position'],
    },
  },
  journeys: {
    'visitor-reads-the-table': {
      description: 'a visitor looks up the teams, opens one, and reads the league table',
      steps: [
        {
          name: 'teams',
          path: '/api/teams',
          expect: { latency: '500ms', json: { 'data.length': { min: 1 }, 'data[0].name': { type: 'string' } } },
          save: { team: 'data[0].id' },
        },
        {
          name: 'one team',
          path: '/api/teams/{{team}}',
          expect: { latency: '500ms', json: { 'data.name': { type: 'string' } } },
        },
        {
          name: 'league table',
          path: '/api/standings',
          expect: { latency: '500ms', json: { 'data[0].position': 1, 'data[0].points': { min: 0 } } },
        },
      ],
    },
  },
} as const satisfies z.input<typeof Integrity>;
