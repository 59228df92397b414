/** The archive's own schema, forward only. */
import type { Query } from './database.js';

/** Of one release: never changed once released, only followed by another. */
const MIGRATIONS: readonly string[] = [
  `create table viktoria_ops.instances (
     id text primary key, host text not null, pid integer not null, version text not null,
     started_at timestamptz not null, seen_at timestamptz not null);
   create index on viktoria_ops.instances (seen_at);
   comment on table viktoria_ops.instances is 'Processes of the application, and when they watched';

   create table viktoria_ops.rollups (
     step text not null, started_at timestamptz not null, instance text not null,
     kind text not null, content_type text not null, operation text not null, source text not null,
     executions float8 not null, rejected float8 not null, failed float8 not null,
     committed float8 not null, rolled_back float8 not null, queries float8 not null,
     total_ms float8 not null, own_ms float8 not null, query_ms float8 not null, max_ms float8 not null,
     bins integer[] not null,
     primary key (step, started_at, instance, kind, content_type, operation, source)) with (fillfactor = 70);
   comment on column viktoria_ops.rollups.bins is 'bin, count, bin, count, …; bin b holds up to 0.001 ms * 1.0408^b';

   create table viktoria_ops.events (
     kind text not null, id text not null, at timestamptz not null, instance text not null, body jsonb not null,
     primary key (kind, id));
   create index on viktoria_ops.events (kind, at desc);
   comment on table viktoria_ops.events is 'Hook errors, host samples, configuration changes, actions';

   create table viktoria_ops.flag_evaluations (
     flag text not null, day date not null, instance text not null,
     evaluations float8 not null, enabled_evaluations float8 not null, last_evaluation_at timestamptz not null,
     primary key (flag, day, instance)) with (fillfactor = 70);`,
];

/** Any two numbers that nobody else uses: "viktoria-ops", "migrations". */
const LOCK = '860175, 1';

/** Brings the schema up to date within the transaction of `query`; instances that start together take turns. */
export async function migrate(query: Query): Promise<void> {
  await query(`select pg_advisory_xact_lock(${LOCK})`);
  const [found] = await query<{ present: boolean }>(
    `select to_regclass('viktoria_ops.migrations') is not null as present`,
  );
  if (!found?.present) {
    // `if not exists` asks for the right to create even where there is nothing to create.
    const [schema] = await query<{ present: boolean }>(`select to_regnamespace('viktoria_ops') is not null as present`);
    if (!schema?.present) await query('create schema viktoria_ops');
    await query(
      `create table viktoria_ops.migrations (number integer primary key, applied_at timestamptz not null default now())`,
    );
  }
  const [{ last } = { last: 0 }] = await query<{ last: number }>(
    'select coalesce(max(number), 0) as last from viktoria_ops.migrations',
  );
  if (last > MIGRATIONS.length) {
    throw new Error(
      `the schema viktoria_ops is of a newer version (${last}, ours ${MIGRATIONS.length}); nothing is written`,
    );
  }
  for (const [index, migration] of MIGRATIONS.entries()) {
    if (index < last) continue;
    await query(migration);
    await query('insert into viktoria_ops.migrations (number) values ($1)', [index + 1]);
  }
}
