/** The sample backend's database: a small football league. */

/** Tables, keys and the indexes its queries need. */
export const SCHEMA = `
create table seasons (
  id integer generated always as identity primary key,
  name text not null unique,
  starts_on date not null,
  ends_on date not null,
  check (ends_on > starts_on)
);
create table teams (
  id integer generated always as identity primary key,
  name text not null unique,
  city text not null,
  win_rate numeric,
  updated_at timestamptz not null default now()
);
create table players (
  id integer generated always as identity primary key,
  team_id integer not null references teams,
  name text not null,
  position text not null,
  shirt_number integer not null,
  rating numeric,
  updated_at timestamptz not null default now(),
  unique (team_id, shirt_number)
);
create table matches (
  id integer generated always as identity primary key,
  season_id integer not null references seasons,
  home_team_id integer not null references teams,
  away_team_id integer not null references teams,
  kick_off timestamptz not null,
  home_goals integer,
  away_goals integer,
  updated_at timestamptz not null default now()
);
create index matches_season_id on matches (season_id);
create index matches_home_team_id on matches (home_team_id, kick_off);
create index matches_away_team_id on matches (away_team_id, kick_off);
create table standings (
  season_id integer not null references seasons,
  team_id integer not null references teams,
  position integer not null,
  played integer not null,
  won integer not null,
  drawn integer not null,
  lost integer not null,
  goals_for integer not null,
  goals_against integer not null,
  points integer not null,
  primary key (season_id, team_id)
);
create index standings_team_id on standings (team_id);
create table jobs (
  id bigint generated always as identity primary key,
  type text not null,
  payload jsonb not null,
  state text not null default 'ready' check (state in ('ready', 'active', 'completed', 'failed')),
  attempts integer not null default 0,
  run_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  error text
);
create index jobs_ready on jobs (run_at, id) where state = 'ready';
`;

/** Eight teams of eleven, and every pairing once: the first three rounds played, the rest ahead. */
export const SEED = `
insert into seasons (name, starts_on, ends_on) values ('2026/27', '2026-08-01', '2027-06-30');
insert into teams (name, city)
select format('%s %s', club, city), city
from (values ('SV', 'Wertheim'), ('FC', 'Bestenheid'), ('TSV', 'Reicholzheim'), ('SG', 'Nassig'),
             ('VfB', 'Dertingen'), ('SpVgg', 'Urphar'), ('TuS', 'Kembach'), ('SC', 'Sonderriet')) as clubs (club, city);
insert into players (team_id, name, position, shirt_number)
select teams.id, format('%s %s', first, last), case when number = 1 then 'goalkeeper' when number < 6 then 'defender'
       when number < 10 then 'midfielder' else 'forward' end, number
from teams, generate_series(1, 11) as number,
     lateral (select (array['Jonas','Emil','Ali','Luca','Paul','Mats','Ivan'])[1 + (teams.id * 3 + number) % 7] as first,
                     (array['Weber','Yilmaz','Braun','Haas','Kern','Vogel','Lang','Roth','Adler'])
                       [1 + (teams.id * 5 + number * 2) % 9] as last) as names;
insert into matches (season_id, home_team_id, away_team_id, kick_off, home_goals, away_goals)
select 1, home.id, away.id,
       timestamptz '2026-08-08 15:00+02' + (home.id + away.id) % 7 * interval '7 days' + home.id * interval '3 hours',
       case when (home.id + away.id) % 7 < 3 then (home.id * 7 + away.id) % 5 end,
       case when (home.id + away.id) % 7 < 3 then (away.id * 3 + home.id) % 4 end
from teams as home join teams as away on home.id < away.id;
analyze;
`;

/** The league table of a season, computed anew from its matches. */
export const RECALCULATE_STANDINGS = `
with results as (
  select home_team_id as team_id, home_goals as goals_for, away_goals as goals_against
  from matches where season_id = $1 and home_goals is not null
  union all
  select away_team_id, away_goals, home_goals
  from matches where season_id = $1 and home_goals is not null
), totals as (
  select team_id, count(*) as played,
         count(*) filter (where goals_for > goals_against) as won,
         count(*) filter (where goals_for = goals_against) as drawn,
         count(*) filter (where goals_for < goals_against) as lost,
         sum(goals_for) as goals_for, sum(goals_against) as goals_against
  from results group by team_id
)
insert into standings
select $1, team_id,
       row_number() over (order by 3 * won + drawn desc, goals_for - goals_against desc, goals_for desc, team_id),
       played, won, drawn, lost, goals_for, goals_against, 3 * won + drawn
from totals
on conflict (season_id, team_id) do update set
  position = excluded.position, played = excluded.played, won = excluded.won, drawn = excluded.drawn,
  lost = excluded.lost, goals_for = excluded.goals_for, goals_against = excluded.goals_against,
  points = excluded.points`;
