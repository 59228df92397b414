import pg from 'pg';
import { sql, testServer } from './database.js';

/** 63 letters, so that the server cuts it to make room for `_ccnew`. */
export const LONG_INDEX = 'matches_by_kickoff_and_visitors_and_everything_else_one_may_ask';

/** What is bloated, what looks so and is not, and what no statistics can tell of. */
export const BLOATED = [
  'm_kickoff',
  'm_token',
  'm_opponent',
  'm_lower',
  'm_partial',
  'm_status',
  'matches_pkey',
  LONG_INDEX,
];
export const HEALTHY = ['players_pkey', 'p_name', 'p_status', 'players_team_lnk_pkey'];

const tables = (rows: number) => `
  create table teams (id serial primary key, name text);
  insert into teams (name) select 'SV ' || i from generate_series(1, 200) i;
  create table players (id serial primary key, team_id int references teams, name text, status text);
  insert into players (team_id, name, status)
    select 1 + i % 200, 'Player ' || md5(i::text), (array['active', 'injured', 'left'])[1 + i % 3]
    from generate_series(1, ${rows}) i;
  create table matches (id serial primary key, kickoff timestamptz, visitors bigint, opponent text, token uuid,
    status text, tags int[], hall int, booked int4range);
  insert into matches (kickoff, visitors, opponent, token, status, tags, hall)
    select now() - i * interval '1 hour', i / 4, 'SV ' || md5(i::text), gen_random_uuid(),
      (array['planned', 'over'])[1 + i % 2], array[i % 50, i % 7], i % 20
    from generate_series(1, ${rows * 2}) i;
  create table players_team_lnk (id serial primary key, player_id int references players, team_id int references teams);
  insert into players_team_lnk (player_id, team_id) select i, 1 + i % 200 from generate_series(1, ${rows}) i;
  create table files_related_mph (id serial primary key, file_id int, related_id int, related_type text);
  insert into files_related_mph (file_id, related_id, related_type) select i, i, 'api::match' from generate_series(1, ${rows / 2}) i;
  create table bookings (id serial primary key, hall int, during int4range, exclude using gist (during with &&));
  insert into bookings (hall, during) select i % 20, int4range(i * 10, i * 10 + 5) from generate_series(1, ${rows / 10}) i;
  create table log (at date, line text) partition by range (at);
  create table log_2025 partition of log for values from ('2025-01-01') to ('2026-01-01');
  create table log_2026 partition of log for values from ('2026-01-01') to ('2027-01-01');
  insert into log select date '2025-01-01' + i % 700, md5(i::text) from generate_series(1, ${rows / 2}) i;
  create table "we""ird; drop" ("Column" int); insert into "we""ird; drop" select generate_series(1, ${rows / 10});
  create schema "Private ""one"; create table "Private ""one"."Capital Table" (id serial primary key, n int);
  insert into "Private ""one"."Capital Table" (n) select generate_series(1, 1000);
  revoke all on schema "Private ""one" from public;
  create sequence nearly_full as smallint; select setval('nearly_full', 25000);`;

const indexes = `
  create index m_kickoff on matches (kickoff); create index m_token on matches (token);
  create index m_opponent on matches (opponent); create index m_lower on matches (lower(opponent));
  create index m_partial on matches (kickoff) where status = 'over'; create index m_status on matches (status);
  create index m_tags on matches using gin (tags); create index m_brin on matches using brin (kickoff);
  create index m_hash on matches using hash (hall); create index ${LONG_INDEX} on matches (kickoff, visitors);
  create index p_name on players (name); create index p_status on players (status);
  create index p_name_twice on players (name);
  create index players_team_lnk_fk on players_team_lnk (player_id);
  create index log_at on log (at); create index on "we""ird; drop" ("Column");`;

/**
 * Fills a database with what maintenance meets after years: bloat and health side by side, every kind of index, leftovers
 * of a rebuild that really failed, names that want quoting. Scale 1 is some 200 MB.
 */
export async function buildChurned(database: string, scale: number): Promise<void> {
  await sql(database, tables(Math.round(200_000 * scale)));
  await sql(database, indexes);
  await sql(database, 'vacuum analyze');
  await sql(database, 'delete from matches where id % 10 <> 0');
  await sql(database, 'vacuum analyze matches');
  await leaveUnfinished(database);
  await sql(database, 'delete from players_team_lnk where id % 5 = 0');
  await sql(database, `insert into players (name) select md5(id::text) from players where id % 14 = 0`);
}

/** A rebuild that cannot have its lock in time, and a unique index over values that are not. */
async function leaveUnfinished(database: string): Promise<void> {
  const [old, builder] = [new pg.Client({ ...testServer, database }), new pg.Client({ ...testServer, database })];
  await Promise.all([old.connect(), builder.connect()]);
  await old.query('begin isolation level repeatable read; select 1');
  await builder.query(`set lock_timeout = '100ms'`);
  await builder.query(`reindex index concurrently ${LONG_INDEX}`).catch(() => {});
  await old.query('commit');
  await builder.query('create unique index concurrently not_unique on players (status)').catch(() => {});
  await Promise.all([old.end(), builder.end()]);
}
