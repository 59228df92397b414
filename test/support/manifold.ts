/** A database of every kind of thing a dump has to bring back: what is plain, and what is easily lost. */
export const manifold = (rows = 500) => `
  create extension pg_trgm; create extension pgstattuple;
  create schema "Private ""one"; create type place as enum ('keeper', 'defence', 'attack');
  create domain points as int check (value >= 0);
  create table teams (id int generated always as identity primary key, name text not null, founded date);
  insert into teams (name, founded) select 'SV ' || i, date '1890-01-01' + i from generate_series(1, 20) i;
  create table players (id serial primary key, team_id int references teams, captain_of int, name text, role place,
    goals points default 0, name_upper text generated always as (upper(name)) stored, meta jsonb, at timestamptz, salary numeric, x float8);
  insert into players (team_id, name, role, goals, meta, at, salary, x)
    select 1 + i % 20, E'Zoë\\t"' || i || E'\\n', (array['keeper', 'defence', 'attack']::place[])[1 + i % 3], i,
      jsonb_build_object('a', array[i, null], 'ü', repeat('x', i % 50)), timestamptz '2026-10-25 02:30+02' + i * interval '1 h',
      case when i % 7 = 0 then 'NaN' else i / 3.0 end, case when i % 11 = 0 then 'Infinity'::float8 else sqrt(i) end
    from generate_series(1, ${rows}) i;
  alter table teams add captain int references players;
  create index players_name on players using gin (name gin_trgm_ops);
  create unique index players_partial on players (lower(name)) where goals > 3;
  create table log (at date, line text, raw bytea) partition by range (at);
  create table log_2025 partition of log for values from ('2025-01-01') to ('2026-01-01');
  create table log_2026 partition of log for values from ('2026-01-01') to ('2027-01-01');
  insert into log select date '2025-01-01' + i % 700, md5(i::text), decode(md5(i::text), 'hex') from generate_series(1, ${rows}) i;
  create table base (a int); create table heir (b int) inherits (base);
  insert into base values (1), (2); insert into heir values (3, 4);
  create table "Private ""one"."we""ird; drop" ("Column" int, dropped int); alter table "Private ""one"."we""ird; drop" drop dropped;
  insert into "Private ""one"."we""ird; drop" select generate_series(1, 100);
  create table empty (); create unlogged table volatile as select 1 as one;
  create materialized view scorers as select team_id, sum(goals) as goals from players group by 1;
  create view keepers as select * from players where role = 'keeper';
  create function touch() returns trigger language plpgsql as $$ begin new.at := now(); return new; end $$;
  create trigger touched before update on players for each row execute function touch();
  create sequence tickets start 7; select nextval('tickets'), nextval('tickets');
  select lo_from_bytea(0, 'a large object');
  comment on table players is 'who plays';`;

/** Every table's rows as text, sorted; and what else there is, by name. */
export const everything = `
  select format('%I.%I', n.nspname, c.relname) as name,
    (xpath('/table/row/line/text()', query_to_xml(format('select coalesce(string_agg(md5(t::text), '','' order by t::text), '''') as line from only %I.%I t',
      n.nspname, c.relname), false, false, '')))[1]::text as rows
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
  union all
  select 'index ' || indexdef, '' from pg_indexes where schemaname not in ('pg_catalog', 'pg_toast')
  union all
  select 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid), convalidated::text from pg_constraint where conrelid <> 0
  union all
  select 'sequence ' || schemaname || '.' || sequencename, last_value::text from pg_sequences
  union all
  select 'view ' || viewname, definition from pg_views where schemaname = 'public'
  union all
  select 'trigger ' || tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
  union all
  select 'large object', convert_from(lo_get(oid), 'UTF8') from pg_largeobject_metadata
  union all
  select 'extension ' || extname, extversion from pg_extension
  union all
  select 'comment', description from pg_description where objoid in (select oid from pg_class where relname = 'players')
  order by 1, 2`;
