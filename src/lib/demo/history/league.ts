/** The season before, with rows that cannot be right. */
import { RECALCULATE_STANDINGS } from '../schema.js';
import type { Chapter, Planted } from './chapter.js';

export const league: Chapter = {
  name: 'league',
  async write({ client }) {
    const { rows } = await client.query<{ id: number }>(SEASON);
    const season = rows[0]?.id;
    await client.query(MATCHES, [season]);
    await client.query(RECALCULATE_STANDINGS, [season]);
    await client.query('update standings set points = points + $3 where season_id = $1 and team_id = $2', [
      season,
      WRONG_TEAM,
      WRONG_POINTS,
    ]);
    await client.query(ORPHAN);
  },
  planted: (): Planted[] => [
    {
      id: 'orphan',
      sentence: `a player named ${ORPHAN_NAME} plays for team ${ORPHAN_TEAM}, which does not exist`,
      command: 'integrity check',
      facts: { check: 'players-without-team', team: ORPHAN_TEAM },
    },
    {
      id: 'wrong-points',
      sentence: `team ${WRONG_TEAM} has ${WRONG_POINTS} points too many in the table of the season before`,
      command: 'integrity check',
      facts: { check: 'points-recomputed', team: WRONG_TEAM, points: WRONG_POINTS },
    },
  ],
};

const WRONG_TEAM = 3;
const WRONG_POINTS = 3;
const ORPHAN_TEAM = 77;
const ORPHAN_NAME = 'Nobody';

const SEASON = `
insert into seasons (name, starts_on, ends_on) values ('2025/26', '2025-08-01', '2026-06-30') returning id`;

/** Every pairing twice, a round a week. */
const MATCHES = `
insert into matches (season_id, home_team_id, away_team_id, kick_off, home_goals, away_goals)
select $1, home.id, away.id,
       timestamptz '2025-08-10 15:00+02' + (home.id * 8 + away.id) * interval '1 day' + home.id * interval '3 hours',
       (home.id * 5 + away.id) % 4, (away.id * 7 + home.id) % 3
from teams as home join teams as away on home.id <> away.id`;

/** As after an import that brought the constraint back without looking at the rows. */
const ORPHAN = `
alter table players drop constraint players_team_id_fkey;
insert into players (team_id, name, position, shirt_number) values (${ORPHAN_TEAM}, '${ORPHAN_NAME}', 'forward', 9);
alter table players add constraint players_team_id_fkey foreign key (team_id) references teams not valid`;
