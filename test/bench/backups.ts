/** Backups of a database of some 1.2 GB, shaped like a content backend's: text, JSON, numbers. */
import { join } from 'node:path';
import pg from 'pg';
import { type Comparison, type Program, runAll } from './measure.js';

export interface BackupPlace {
  readonly directory: string;
  /** A server of our own, by its superuser. */
  readonly server: { readonly host: string; readonly port: number; readonly user: string };
  readonly ours: (...args: string[]) => Program;
}

const CONTENT = `
  create table article as
    select g as id, 'Report ' || g as title, meta, now() - g * interval '1 min' as created_at,
      (select string_agg(word, ' ') from (
        select (array['goal', 'player', 'team', 'season', 'coach', 'wins', 'loses', 'draw', 'against', 'half', 'minute',
          'penalty', 'cup', 'league', 'home', 'away', 'first', 'last'])[1 + floor(random() * 18)::int] as word
        from generate_series(1, 60 + g % 40)) words) as body
    from generate_series(1, 400000) g,
      lateral (select jsonb_build_object('views', g % 10000, 'tags', array[md5(random()::text), md5(g::text)]) as meta) m;
  alter table article add primary key (id);
  create index on article (created_at);
  create index on article (title);
  create table event as
    select g as id, (random() * 5000)::int as match_id, (random() * 500)::int as player_id, md5(g::text) as code,
      random() as x, random() as y
    from generate_series(1, 2000000) g;
  alter table event add primary key (id);
  create index on event (match_id);
  create table account as
    select g as id, g % 40 as branch, 0 as balance, repeat(' ', 84) as filler from generate_series(1, 4000000) g;
  alter table account add primary key (id)`;

/** Of the role and of its database. */
const NAME = 'bench';
const SCRATCH = 'bench_restored';

/** P5 and P6. The database is built by the first of them that runs. */
export function backups({ directory, server, ours }: BackupPlace): Comparison[] {
  const { host, port } = server;
  const pgEnv = { PGHOST: host, PGPORT: String(port), PGUSER: NAME, PGDATABASE: NAME };
  const env = {
    PATH: process.env.PATH,
    HOME: directory,
    VIKTORIA_OPS_STATE_DIRECTORY: join(directory, 'state'),
    ...pgEnv,
  };
  let built: Promise<void> | undefined;
  const build = () => (built ??= buildDatabase(server));
  const dump: Program = { file: 'pg_dump', args: ['-Fc', '-Z0'], env };
  const plain = join(directory, 'plain.dump');
  const backup: Program = { ...ours('db', 'backup', '--quiet'), env };
  const guide: Program = { file: 'bash', args: ['-c', `pg_dump | gzip > ${join(directory, 'guide.gz')}`], env };
  const prepareRestore = async () => {
    await build();
    await (prepared ??= runAll([backup, { file: 'pg_dump', args: ['-Fc', '-Z0', '-f', plain], env }]));
    await execute({ ...server, database: 'postgres' }, `drop database if exists ${SCRATCH}`);
  };
  let prepared: Promise<void> | undefined;
  const restore: readonly Program[] = [
    { file: 'createdb', args: ['-T', 'template0', SCRATCH], env },
    { file: 'pg_restore', args: ['-j2', '--no-owner', '-d', SCRATCH, plain], env },
  ];
  const run =
    (...programs: readonly Program[]) =>
    () =>
      runAll(programs);
  const verify: Program = { ...ours('backup', 'verify', '--kind', 'database', '--quiet'), env };
  return [
    {
      id: 'P5',
      what: 'db backup, counted and proven / pg_dump -Fc -Z0 > /dev/null',
      bar: 1.4,
      ours: run(backup),
      theirs: run(dump),
      prepare: build,
    },
    {
      id: 'P5b',
      what: 'db backup / the guide: pg_dump | gzip',
      bar: 0.25,
      pairs: 3,
      ours: run(backup),
      theirs: run(guide),
      prepare: build,
    },
    {
      id: 'P6',
      what: 'backup verify by restore / pg_restore -j2',
      bar: 1.3,
      pairs: 5,
      ours: run(verify),
      theirs: run(...restore),
      prepare: prepareRestore,
    },
  ];
}

/** The role may create databases, and has no amcheck: that is timed apart. */
async function buildDatabase(server: BackupPlace['server']): Promise<void> {
  const created = [`create role ${NAME} login createdb`, `create database ${NAME} owner ${NAME}`];
  for (const statement of created) await execute({ ...server, database: 'postgres' }, statement);
  const own = { ...server, user: NAME, database: NAME };
  for (const statement of CONTENT.split(';')) await execute(own, statement);
  await execute(own, 'vacuum analyze');
}

async function execute(connection: pg.ClientConfig, statement: string): Promise<void> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
