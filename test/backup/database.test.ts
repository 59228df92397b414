import { execFileSync, spawnSync } from 'node:child_process';
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { CANONICAL, countTable } from '../../src/lib/backup/database/count.js';
import { factsOf } from '../../src/lib/backup/database/load.js';
import { withScratchDatabase } from '../../src/lib/backup/database/scratch.js';
import { directoryStore } from '../../src/lib/backup/directory-store.js';
import { isGood, Manifest, readManifest } from '../../src/lib/backup/manifest.js';
import { climb } from '../../src/lib/backup/verify/ladder.js';
import { dumpedTables } from '../../src/lib/pg/queries/dumped-tables.js';
import { start } from '../support/binary.js';
import { testContext } from '../support/context.js';
import { sql, testServer, useDatabase } from '../support/database.js';
import { everything, manifold } from '../support/manifold.js';
import { sincePostgres } from '../support/only-where.js';
import { pgOf } from '../support/pg.js';
import { startTestPostgres } from '../support/postgres.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';
import { startS3 } from '../support/s3.js';

const OTHER_DISK = '"Other ""disk"';
/** How often a run of each kind is killed. */
const KILLS = 100;
const source = useDatabase(manifold());
const directory = temporaryDirectory();
const catalogue = join(directory, 'backups');
const restoredNames: string[] = [];

/** A configuration file of this test's own. */
function configure(name: string, more: { backup?: object; database?: object } = {}): string {
  const path = join(directory, name);
  const database = { ...testServer, database: source.name, sslmode: 'disable', ...more.database };
  const backup = { directory: catalogue, lockTimeout: '500ms', ...more.backup };
  writeFileSync(path, JSON.stringify({ database, backup, stateDirectory: join(directory, 'state') }), { mode: 0o600 });
  return path;
}
const config = configure('.monitoringrc.json');
const ops = (argv: readonly string[], file = config) => runJson([...argv, '--config', file]);
const manifestOf = (id: string, where = catalogue) =>
  Manifest.parse(readManifest(readFileSync(join(where, id, 'manifest.json'), 'utf8')));
const backUp = async (...more: string[]): Promise<Manifest> => {
  const { code, document } = await ops(['db', 'backup', ...more]);
  expect({ code, findings: document.findings, error: document.error }).toEqual({
    code: 0,
    findings: [],
    error: undefined,
  });
  return manifestOf(document.result.id);
};
/** For a tablespace: beside the data of the server, and its user's. */
async function directoryOfServer(): Promise<string> {
  const [server] = await sql('postgres', 'show data_directory');
  const data = String(server?.data_directory);
  const { uid, gid } = statSync(data);
  const made = mkdtempSync(join(dirname(data), 'disk-'));
  chownSync(made, uid, gid);
  return made;
}

const databases = async () =>
  (await sql('postgres', 'select datname from pg_database order by 1')).map(({ datname }) => datname);

async function withSession<T>(use: (client: pg.Client) => Promise<T>, database = source.name): Promise<T> {
  const client = new pg.Client({ ...testServer, database });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

afterAll(async () => {
  for (const name of restoredNames) await sql('postgres', `drop database if exists "${name}" with (force)`);
  await sql('postgres', `drop tablespace if exists ${OTHER_DISK}`);
});

describe('db backup', () => {
  const plain = useDatabase('create table t as select 1 as i');

  test('a dump that pg_restore reads without us, with what was counted in its snapshot', async () => {
    const manifest = await backUp('first');
    const { database, files } = manifest;
    expect(files.map(({ path }) => path)).toEqual(['database.dump.zst', 'globals.sql.zst']);
    expect(database).toMatchObject({
      name: source.name,
      encoding: 'UTF8',
      programVersion: expect.stringMatching(/^\d+/),
    });
    expect(database?.extensions.map(({ name }) => name)).toEqual(['pg_trgm', 'pgstattuple']);
    const rows = Object.fromEntries(
      (database?.tables ?? []).map(({ schema, name, rows: count }) => [`${schema}.${name}`, count]),
    );
    expect(rows).toEqual({
      'public.teams': 20,
      'public.players': 500,
      'public.log_2025': expect.any(Number),
      'public.log_2026': expect.any(Number),
      'public.base': 2,
      'public.heir': 1,
      'public.empty': 0,
      'public.volatile': 1,
      'Private "one.we"ird; drop': 100,
    });
    const line = `zstd -dc ${join(catalogue, manifest.id, 'database.dump.zst')} | pg_restore -f -`;
    expect(execFileSync('bash', ['-o', 'pipefail', '-c', line], { encoding: 'utf8' })).toContain('COPY public.players');
    const globals = execFileSync('zstd', ['-dc', join(catalogue, manifest.id, 'globals.sql.zst')], {
      encoding: 'utf8',
    });
    expect(globals).toContain('CREATE ROLE postgres');
    expect(globals).not.toContain('PASSWORD');
    for (const name of readdirSync(join(catalogue, manifest.id))) {
      expect(statSync(join(catalogue, manifest.id, name)).mode & 0o777).toBe(0o600);
    }
  });

  test('--dry-run leaves no trace', async () => {
    const before = readdirSync(catalogue);
    const { code, document } = await ops(['db', 'backup', '--dry-run']);
    expect(code).toBe(0);
    expect(document.result).toMatchObject({ id: null, path: null, rows: null, tables: 9 });
    expect(readdirSync(catalogue)).toEqual(before);
  });

  test('rows counted are rows dumped, while others write', async () => {
    let stop = false;
    const writing = withSession(async (client) => {
      for (let i = 0; !stop; i++) await client.query('insert into log values ($1, $2)', ['2026-05-05', `line ${i}`]);
    });
    const manifest = await backUp('busy');
    stop = true;
    await writing;
    const { code, document } = await ops(['backup', 'verify', manifest.id]);
    expect({ code, findings: document.findings }).toEqual({ code: 0, findings: [] });
    expect(document.result.backups).toMatchObject([{ id: manifest.id, reached: 3, status: 'ok' }]);
    await sql(source.name, `delete from log where line like 'line %'`);
  });

  test('a table locked by somebody: who holds it, exit 4, nothing left', async () => {
    const before = readdirSync(catalogue);
    await withSession(async (client) => {
      await client.query(`set application_name = 'migration'; begin; lock table players`);
      const [{ pid } = { pid: 0 }] = (await client.query('select pg_backend_pid() as pid')).rows;
      const { code, document } = await ops(['db', 'backup']);
      expect(code).toBe(4);
      expect(document.error.message).toContain(`session ${pid} (migration) holds a lock on public.players`);
      expect(document.error.hint).toContain(`pg_terminate_backend(${pid})`);
    });
    expect(readdirSync(catalogue)).toEqual(before);
  });

  test('it waits for a table as long as it is told to, and not as long as for the answer to a query', async () => {
    const file = configure('patient.json', { backup: { lockTimeout: '60s' }, database: { queryTimeout: '1s' } });
    await withSession(async (client) => {
      await client.query('begin; lock table players');
      const waiting = `select from pg_locks where not granted and relation = 'players'::regclass`;
      const backup = ops(['db', 'backup'], file);
      while ((await sql(source.name, waiting)).length === 0) await sleep(10);
      await sleep(1_500);
      await client.query('commit');
      expect((await backup).code).toBe(0);
    });
  });

  test('a role that may not read one table is told which, before anything is made', async () => {
    await sql(
      source.name,
      `drop role if exists half_reader; create role half_reader login;
      grant select on all tables in schema public to half_reader; grant select on all sequences in schema public to half_reader;
      revoke select on players from half_reader`,
    );
    const before = readdirSync(catalogue);
    const { code, document } = await ops(
      ['db', 'backup'],
      configure('half.json', { database: { user: 'half_reader' } }),
    );
    expect(code).toBe(1);
    expect(document.findings).toMatchObject([{ code: 'VOPS-BACKUP-UNREADABLE', severity: 'error' }]);
    expect(document.findings[0].message).toContain('public.players');
    expect(readdirSync(catalogue)).toEqual(before);
    await sql(source.name, 'drop owned by half_reader; drop role half_reader');
  });

  test('two at once: one after the other, or busy', async () => {
    const [first, second] = await Promise.all([
      ops(['db', 'backup', '--lock-wait', '20s']),
      ops(['db', 'backup', '--lock-wait', '20s']),
    ]);
    expect([first.code, second.code]).toEqual([0, 0]);
    await withSession(async (client) => {
      await client.query('select pg_advisory_lock(1448038483, 1)'); // as a maintenance of another host does
      const { code, document } = await ops(['db', 'backup', '--lock-wait', '0s']);
      expect(code).toBe(75);
      expect(document.error.code).toBe('VOPS-LOCK-BUSY');
    });
  });

  test('roles that may not be read are not in it, nor anything half-written: it can be removed like any other', async () => {
    await sql(
      plain.name,
      `drop role if exists half_blind; create role half_blind login; grant select on all tables in schema public to half_blind;
      revoke select on pg_auth_members from public`,
    );
    const { code, document } = await ops(
      ['db', 'backup'],
      configure('blind.json', { database: { user: 'half_blind', database: plain.name } }),
    );
    expect(code).toBe(0);
    const { id, files } = manifestOf(document.result.id);
    expect(files.map(({ path }) => path)).toEqual(['database.dump.zst']);
    expect(readdirSync(join(catalogue, id)).sort()).toEqual(['database.dump.zst', 'manifest.json']);
    await sql(plain.name, 'drop owned by half_blind; drop role half_blind');
  });

  test.each([
    ['gzip', 'database.dump.gz'],
    ['none', 'database.dump'],
  ])('compression %s', async (compression, file) => {
    const { document } = await ops(
      ['db', 'backup', '--level', '3'],
      configure(`${compression}.json`, { backup: { compression } }),
    );
    expect(document).toMatchObject({ status: 'ok', result: { level: 3 } });
    expect(manifestOf(document.result.id).files[0]?.path).toBe(file);
  });

  test('the server down: exit 4, nothing made', async () => {
    const { code, document } = await ops(['db', 'backup'], configure('down.json', { database: { port: 1 } }));
    expect({ code, error: document.error.code }).toEqual({ code: 4, error: 'VOPS-DB-UNREACHABLE' });
  });
});

describe('encrypted', () => {
  const files: string[] = [];
  let recipients: string[] = [];
  beforeAll(async () => {
    const age = await import('age-encryption');
    for (const name of ['old.key', 'new.key', 'strange.key']) {
      const identity = await age.generateX25519Identity();
      writeFileSync(join(directory, name), `# made for a test\n${identity}\n`, { mode: 0o600 });
      files.push(join(directory, name));
      recipients = [...recipients, await age.identityToRecipient(identity)];
    }
  });
  const sealed = (identities: readonly string[]) =>
    configure('sealed.json', { backup: { encryption: { recipients: recipients.slice(0, 2), identities } } });

  test('read with any of its keys; without one no verdict, with a strange one bad news', async () => {
    const { code, document } = await ops(['db', 'backup', '--level', '3'], sealed(files.slice(1, 2)));
    expect({ code, level: document.result.level }).toEqual({ code: 0, level: 3 });
    const { id } = document.result;
    const stored = readFileSync(join(catalogue, id, 'database.dump.zst.age'));
    expect(stored.subarray(0, 21).toString()).toBe('age-encryption.org/v1');
    expect(manifestOf(id).recipients).toEqual(recipients.slice(0, 2));

    const absent = await ops(['backup', 'verify', id, '--level', '2'], sealed([]));
    expect({ code: absent.code, reached: absent.document.result.backups[0].reached }).toEqual({ code: 4, reached: 1 });
    expect(isGood(manifestOf(id))).toBe(true);
    const away = await ops(['backup', 'verify', id, '--level', '1'], sealed([join(directory, 'away.key')]));
    expect(away.document.findings).toMatchObject([{ code: 'VOPS-BACKUP-KEY-ABSENT', severity: 'unknown' }]);
    expect(away.document.findings[0].message).toContain(join(directory, 'away.key'));
    expect({ code: away.code, failure: manifestOf(id).failure?.reason }).toEqual({ code: 4, failure: undefined });
    const strange = await ops(['backup', 'verify', id, '--level', '1'], sealed(files.slice(2)));
    expect({
      code: strange.code,
      codes: strange.document.findings.map(({ code: found }: { code: string }) => found),
    }).toEqual({ code: 1, codes: ['VOPS-BACKUP-KEY'] });
    // Or retention would remove what the old key, in its vault, still opens.
    expect(isGood(manifestOf(id))).toBe(true);
    const again = await ops(['backup', 'verify', id], sealed(files));
    expect(again.code).toBe(0);
    expect(isGood(manifestOf(id))).toBe(true);
  });
});

describe('db restore', () => {
  const commented = useDatabase(`
    create table singers (id int primary key, name text);
    create table songs (id int primary key, singer int references singers, title text check (title <> ''));
    create index songs_title on songs (title);
    create statistics songs_both on singer, title from songs;
    create function stamp() returns trigger language plpgsql as 'begin return new; end';
    create trigger songs_stamp before insert on songs for each row execute function stamp();
    create rule songs_kept as on delete to songs do instead nothing;
    create publication songs_sent for table songs;
    insert into singers values (1, 'Anna'); insert into songs values (1, 1, 'Lied');
    comment on table songs is 'a table';
    comment on column songs.title is 'a column';
    comment on constraint singers_pkey on singers is 'a key';
    comment on constraint songs_singer_fkey on songs is 'a reference';
    comment on constraint songs_title_check on songs is 'a check';
    comment on index songs_title is 'an index';
    comment on statistics songs_both is 'statistics';
    comment on trigger songs_stamp on songs is 'a trigger';
    comment on rule songs_kept on songs is 'a rule';
    comment on publication songs_sent is 'a publication';
    select lo_create(4711); comment on large object 4711 is 'a large object'; grant select on large object 4711 to public;`);
  const emptied = useDatabase(`create table articles as
    select i, string_agg(md5(random()::text), '') as body from generate_series(1, 300) i, generate_series(1, 100) group by i`);
  let manifest: Manifest;
  beforeAll(async () => {
    manifest = await backUp('for-restore');
  });
  const restored = (into: string) => {
    restoredNames.push(into);
    return into;
  };

  test('a new database, the same in every row, index, constraint, sequence, large object', async () => {
    const { code, document } = await ops(['db', 'restore', manifest.id]);
    restoredNames.push(document.result.target);
    expect({ code, findings: document.findings }).toEqual({ code: 0, findings: [] });
    expect(document.result).toMatchObject({ mode: 'new', applied: true, tables: 9 });
    expect(await sql(document.result.target, everything)).toEqual(await sql(source.name, everything));
    const [analyzed] = await sql(
      document.result.target,
      `select count(*)::int as count from pg_stats where tablename = 'players'`,
    );
    expect(analyzed?.count).toBeGreaterThan(0);
  });

  test('an empty one that is there', async () => {
    const into = restored(`${source.name}_empty`);
    await sql('postgres', `create database ${into} template template0`);
    const { code, document } = await ops(['db', 'restore', manifest.id, '--into', into]);
    expect({ code, mode: document.result.mode }).toEqual({ code: 0, mode: 'empty' });
    expect(await sql(into, everything)).toEqual(await sql(source.name, everything));
  });

  test('one in use only by name, after a backup of it; owner, rights, settings and place stay', async () => {
    const into = restored(`${source.name}_live`);
    await sql('postgres', `create tablespace ${OTHER_DISK} location '${await directoryOfServer()}'`);
    await sql('postgres', `create database ${into} template template0 tablespace ${OTHER_DISK}`);
    await sql('postgres', `comment on database ${into} is 'of the club''s season'`);
    await sql(into, `create table precious as select 42 as answer`);
    await sql(
      'postgres',
      `alter database ${into} set search_path to public, "Private ""one"; alter database ${into} connection limit 17`,
    );
    for (const wrong of [[], ['--confirm', source.name]]) {
      const refused = await ops(['db', 'restore', manifest.id, '--into', into, ...wrong]);
      expect({ code: refused.code, error: refused.document.error.code }).toEqual({ code: 2, error: 'VOPS-USAGE' });
    }
    expect(await sql(into, 'select answer from precious')).toEqual([{ answer: 42 }]);

    const { code, document } = await ops(['db', 'restore', manifest.id, '--into', into, '--confirm', into]);
    expect({ code, error: document.error, findings: document.findings }).toEqual({
      code: 0,
      error: undefined,
      findings: [],
    });
    const { aside, safetyBackup } = document.result;
    restored(aside);
    expect(await sql(into, everything)).toEqual(await sql(source.name, everything));
    expect(await sql(aside, 'select answer from precious')).toEqual([{ answer: 42 }]);
    expect(manifestOf(safetyBackup)).toMatchObject({ name: 'before-restore', database: { name: into } });
    const settings = await sql(
      'postgres',
      `select d.datconnlimit as limit, s.setconfig as settings, t.spcname as tablespace,
        shobj_description(d.oid, 'pg_database') as comment
      from pg_database d join pg_db_role_setting s on s.setdatabase = d.oid join pg_tablespace t on t.oid = d.dattablespace
      where datname = $1`,
      [into],
    );
    expect(settings).toEqual([
      {
        limit: 17,
        settings: ['search_path=public, "Private ""one"'],
        tablespace: 'Other "disk',
        comment: "of the club's season",
      },
    ]);
  });

  test('one with a prepared transaction, which keeps it from being renamed, is refused before anything is done', async () => {
    const into = restored(`${source.name}_prepared`);
    await sql('postgres', `create database ${into} template template0`);
    await sql(into, `create table precious as select 42 as answer`);
    await sql(into, `begin; delete from precious; prepare transaction 'it''s mine'`);
    const { code, document } = await ops(['db', 'restore', manifest.id, '--into', into, '--confirm', into]);
    await sql(into, `rollback prepared 'it''s mine'`);
    expect({ code, findings: document.findings, safety: document.result.safetyBackup }).toMatchObject({
      code: 1,
      findings: [{ code: 'VOPS-RESTORE-DENIED', hint: expect.stringContaining(`ROLLBACK PREPARED 'it''s mine'`) }],
      safety: null,
    });
  });

  test('one that lacks a tablespace is told how it comes by it', async () => {
    const spacious = `${source.name}_spacious`;
    await withSession(async (client) => {
      await client.query('set allow_in_place_tablespaces = on');
      await client.query(`create tablespace roomy location ''`);
    });
    await sql('postgres', `create database ${spacious} template template0`);
    try {
      await sql(spacious, 'create table wide (i int) tablespace roomy');
      const file = configure('spacious.json', { database: { database: spacious } });
      const { document: made } = await ops(['db', 'backup'], file);
      await sql(spacious, 'drop table wide');
      await sql('postgres', 'drop tablespace roomy');
      const { code, document } = await ops(['db', 'restore', made.result.id], file);
      expect({ code, error: document.error }).toMatchObject({
        code: 4,
        error: { code: 'VOPS-DB-DENIED', hint: expect.stringContaining('globals.sql') },
      });
    } finally {
      await sql('postgres', `drop database ${spacious} with (force)`);
    }
  });

  test('one table: its rows and keys, of the others the definitions', async () => {
    const { code, document } = await ops(['db', 'restore', manifest.id, '--table', 'players']);
    restoredNames.push(document.result.target);
    expect({ code, rows: document.result.rows }).toEqual({ code: 0, rows: 500 });
    const counts = await sql(
      document.result.target,
      `select (select count(*) from players)::int as players, (select count(*) from teams)::int as teams,
      (select count(*) from pg_constraint where conname = 'players_pkey')::int as keys`,
    );
    expect(counts).toEqual([{ players: 500, teams: 0, keys: 1 }]);
    const wrong = await ops(['db', 'restore', manifest.id, '--table', 'playrs']);
    expect(wrong.document.error).toMatchObject({ code: 'VOPS-USAGE', hint: 'did you mean players?' });
  });

  test('one table of a database with comments on what is not restored with it', async () => {
    const file = configure('commented.json', { database: { database: commented.name } });
    const made = await ops(['db', 'backup'], file);
    const { code, document } = await ops(['db', 'restore', made.document.result.id, '--table', 'songs'], file);
    expect({ code, error: document.error }).toEqual({ code: 0, error: undefined });
    restored(document.result.target);
    const counts = `select (select count(*) from songs)::int as songs, (select count(*) from singers)::int as singers,
      obj_description('songs'::regclass) as comment`;
    expect(await sql(document.result.target, counts)).toEqual([{ songs: 1, singers: 0, comment: 'a table' }]);
  });

  test('what belongs to a role with spaces in its name still does, and is found by the name of the table', async () => {
    const role = `"the ${source.name} club"`;
    const owned = `${source.name}_owned`;
    await sql('postgres', `create role ${role}`);
    await sql('postgres', `create database ${owned} template template0 owner ${role}`);
    try {
      await sql(owned, `alter schema public owner to ${role}; set role ${role}; create table club as select 1 as id`);
      const file = configure('owned.json', { database: { database: owned } });
      const { document: made } = await ops(['db', 'backup'], file);
      for (const only of [[], ['--table', 'club']]) {
        const { code, document } = await ops(['db', 'restore', made.result.id, ...only], file);
        expect({ only, code, error: document.error }).toEqual({ only, code: 0, error: undefined });
        const owner = `select c.relowner::regrole::text as "table", n.nspowner::regrole::text as schema
          from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relname = 'club'`;
        expect(await sql(document.result.target, owner)).toEqual([{ table: role, schema: role }]);
        await sql('postgres', `drop database ${document.result.target}`);
      }
    } finally {
      await sql('postgres', `drop database ${owned} with (force)`);
      await sql('postgres', `drop role ${role}`);
    }
  });

  test('one table whose names have blanks and line breaks in them', async () => {
    const odd = `${source.name}_odd`;
    await sql('postgres', `create database ${odd} template template0`);
    try {
      await sql(odd, 'create schema "the club"; create table "the club"."all\nof us" (id int primary key)');
      await sql(odd, 'insert into "the club"."all\nof us" values (1), (2)');
      const file = configure('odd.json', { database: { database: odd } });
      const { document: made } = await ops(['db', 'backup'], file);
      const argv = ['db', 'restore', made.result.id, '--table', 'the club.all\nof us'];
      const { code, document } = await ops(argv, file);
      expect({ code, error: document.error }).toEqual({ code: 0, error: undefined });
      restored(document.result.target);
      const keys = `select count(*)::int as keys from pg_constraint where contype = 'p' and connamespace::regnamespace::text = '"the club"'`;
      expect(await sql(document.result.target, keys)).toEqual([{ keys: 1 }]);
    } finally {
      await sql('postgres', `drop database ${odd} with (force)`);
    }
  });

  test('at no moment there is no database of the name that takes connections, and who always comes back gets the new one', async () => {
    const into = restored(`${source.name}_asked`);
    await sql('postgres', `create database ${into} template template0`);
    await sql(into, 'create table club as select 1 as id');
    const file = configure('asked.json', { database: { database: into } });
    const { document: made } = await ops(['db', 'backup'], file);
    let isOver = false;
    const looking = withSession(async (client) => {
      const isOpen = 'select 1 from pg_database where datname = $1 and datallowconn';
      for (let missed = 0; ; ) {
        missed += (await client.query(isOpen, [into])).rowCount === 1 ? 0 : 1;
        if (isOver) return missed;
      }
    }, 'postgres');
    const returning = async () => {
      while (!isOver) {
        const client = new pg.Client({ ...testServer, database: into });
        client.on('error', () => {});
        await client.connect().catch(() => {});
        await client.query('select pg_sleep(0.01)').catch(() => {});
        await client.end().catch(() => {});
      }
    };
    const coming = Promise.all([returning(), returning(), returning()]);
    const { code, document } = await ops(['db', 'restore', made.result.id, '--into', into, '--confirm', into], file);
    isOver = true;
    await coming;
    expect({ code, error: document.error, missed: await looking }).toEqual({ code: 0, error: undefined, missed: 0 });
    restored(document.result.aside);
  });

  test('one whose name is as long as a name can be', async () => {
    const bytes = 63 - source.name.length;
    const into = restored(`${source.name}${'ü'.repeat(bytes / 2)}${'x'.repeat(bytes % 2)}`);
    expect(Buffer.byteLength(into)).toBe(63);
    await sql('postgres', `create database "${into}" template template0`);
    await sql(into, 'create table club as select 1 as id');
    const file = configure('long.json', { database: { database: into } });
    const { document: made } = await ops(['db', 'backup'], file);
    const { code, document } = await ops(['db', 'restore', made.result.id, '--into', into, '--confirm', into], file);
    expect({ code, error: document.error }).toEqual({ code: 0, error: undefined });
    restored(document.result.aside);
  });

  test('one that was emptied by mistake is replaced like any other, and that can be undone', async () => {
    const file = configure('emptied.json', {
      database: { database: emptied.name },
      backup: { directory: join(directory, 'emptied') },
    });
    const { document: made } = await ops(['db', 'backup'], file);
    await sql(emptied.name, 'truncate articles');
    const replace = ['--into', emptied.name, '--confirm', emptied.name];
    const { code, stdout } = await run(['db', 'restore', made.result.id, ...replace, '--config', file]);
    expect({ code, aside: /what was there is now (\w+)/.test(stdout) }).toEqual({ code: 0, aside: true });
    restored(/what was there is now (\w+)/.exec(stdout)?.[1] ?? '');
    const articles = () => sql(emptied.name, 'select count(*)::int as count from articles');
    expect(await articles()).toEqual([{ count: 300 }]);

    const again = await ops(['db', 'restore', 'newest', ...replace], file); // not what was just replaced
    restored(again.document.result.aside);
    expect({ code: again.code, id: again.document.result.backup.id }).toEqual({ code: 0, id: made.result.id });
    const undo = /undo +viktoria-ops (.+)/.exec(stdout)?.[1] ?? '';
    const undone = await ops(undo.split(' '), file);
    expect({ undo, code: undone.code, error: undone.document.error }).toEqual({ undo, code: 0, error: undefined });
    restored(undone.document.result.aside ?? undone.document.result.target);
    expect(await articles()).toEqual([{ count: 0 }]);
  });

  sincePostgres(15)('rules of sorting that are not those of the operating system', async () => {
    const into = restored(`${source.name}_sorted`);
    await sql(
      'postgres',
      `create database ${into} template template0 locale_provider icu icu_locale 'de-u-co-phonebk'`,
    );
    await sql(
      into,
      `create table words (word text primary key); insert into words values ('Zeh'), ('Äpfel'), ('apfel')`,
    );
    const file = configure('sorted.json', { database: { database: into } });
    const { document: made } = await ops(['db', 'backup', '--level', '3'], file);
    expect(made).toMatchObject({ status: 'ok', result: { level: 3 } });
    const { code, document } = await ops(['db', 'restore', made.result.id, '--into', into, '--confirm', into], file);
    expect({ code, error: document.error }).toEqual({ code: 0, error: undefined });
    restored(document.result.aside);
    const words = await sql(into, 'select word from words order by word');
    expect(words.map(({ word }) => word)).toEqual(['Äpfel', 'apfel', 'Zeh']);
    const locales = `select datlocprovider as provider, coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') as locale
      from pg_database d where datname = $1`;
    expect(await sql('postgres', locales, [into])).toEqual([{ provider: 'i', locale: 'de-u-co-phonebk' }]);
  });

  test('a role that is no superuser: everything belongs to it, what it may not create is named', async () => {
    await sql('postgres', 'drop role if exists restorer; create role restorer login createdb');
    const { code, document } = await ops(
      ['db', 'restore', manifest.id],
      configure('restorer.json', { database: { user: 'restorer', database: 'postgres' } }),
    );
    restoredNames.push(document.result.target);
    expect(code).toBe(0);
    expect(document.findings.map(({ code: found }: { code: string }) => found).sort()).toEqual([
      'VOPS-RESTORE-EXTENSION',
      'VOPS-RESTORE-OWNERS',
    ]);
    const owners = await sql(
      document.result.target,
      `select distinct relowner::regrole::text as owner from pg_class where relnamespace = 'public'::regnamespace`,
    );
    expect(owners).toEqual([{ owner: 'restorer' }]);

    const own = restored(`${source.name}_own`);
    await sql('postgres', `create database ${own} owner restorer template template0`);
    await sql(own, 'set role restorer; create schema mine; create table mine.t as select 1 as i');
    const replacing = await ops(
      ['db', 'restore', manifest.id, '--into', own, '--confirm', own],
      configure('restorer.json', { database: { user: 'restorer', database: own } }),
    );
    expect({ code: replacing.code, error: replacing.document.error }).toEqual({ code: 0, error: undefined });
    for (const name of [document.result.target, own, replacing.document.result.aside])
      await sql('postgres', `drop database ${name}`);
    await sql('postgres', 'drop role restorer');
  });

  test('--dry-run says what it would do, and does nothing', async () => {
    const before = await databases();
    const ran = await run(['db', 'restore', manifest.id, '--into', source.name, '--dry-run', '--config', config]);
    expect(ran.stdout).toMatch(/2\. back up .* as it is now/);
    expect(await databases()).toEqual(before);
  });

  test('room is looked for on the disk where the files of the database lie', async () => {
    const disk = await directoryOfServer();
    const { uid, gid } = statSync(disk);
    const options = `size=10m,mode=0700,uid=${uid},gid=${gid}`;
    const mounted = spawnSync('env', ['mount', '-t', 'tmpfs', '-o', options, 'none', disk]).status === 0;
    const into = `${source.name}_tight`;
    try {
      await sql('postgres', `create tablespace tight_${process.pid} location '${disk}'`);
      await sql('postgres', `create database ${into} template template0 tablespace tight_${process.pid}`);
      const { code, document } = await ops(['db', 'restore', manifest.id, '--into', into, '--dry-run']);
      const found = document.findings.map(({ code: name }: { code: string }) => name);
      // An ordinary user cannot mount: then there is room.
      expect({ code, found }).toEqual(mounted ? { code: 1, found: ['VOPS-RESTORE-NO-ROOM'] } : { code: 0, found: [] });
    } finally {
      await sql('postgres', `drop database if exists ${into} with (force)`);
      await sql('postgres', `drop tablespace if exists tight_${process.pid}`);
      if (mounted) execFileSync('env', ['umount', disk]);
    }
  });

  test('what is wrong is said: no such backup, a snapshot of configuration, a damaged one', async () => {
    expect((await ops(['db', 'restore', 'nosuch'])).document.error.code).toBe('VOPS-BACKUP-NOT-FOUND');
    const before = await databases();
    const file = join(catalogue, manifest.id, 'database.dump.zst');
    const whole = readFileSync(file);
    truncateSync(file, whole.length - 1);
    const cut = await ops(['db', 'restore', manifest.id]);
    expect({ code: cut.code, error: cut.document.error.code }).toEqual({ code: 1, error: 'VOPS-BACKUP-DAMAGED' });
    expect(await databases()).toEqual(before);
    writeFileSync(file, whole);
    expect((await ops(['backup', 'verify', manifest.id, '--level', '1'])).code).toBe(0);
  });
});

describe('backup verify', () => {
  let manifest: Manifest;
  beforeEach(async () => {
    manifest = await backUp();
  });
  const stored = (path = 'database.dump.zst') => join(catalogue, manifest.id, path);
  const isListedGood = () => isGood(manifestOf(manifest.id));

  test('one bit flipped anywhere, a dump cut anywhere: never good', async () => {
    const whole = readFileSync(stored());
    const store = directoryStore(catalogue);
    const context = testContext({ configFlags: { config } });
    for (let attempt = 0; attempt < 200; attempt++) {
      const [place, bit] = [Math.floor(Math.random() * whole.length), Math.floor(Math.random() * 8)];
      const flipped = Buffer.from(whole);
      flipped[place] = (flipped[place] ?? 0) ^ (1 << bit);
      writeFileSync(stored(), flipped);
      const { reached } = await climb({ context, store, manifest, history: [], maxAgeMs: null }, 3);
      expect({ place, bit, reached, good: isListedGood() }).toEqual({ place, bit, reached: 0, good: false });
      if (attempt % 20 === 0) expect((await ops(['backup', 'verify', manifest.id])).code).toBe(1);
    }
    for (const length of [0, 1, Math.floor(whole.length / 2), whole.length - 1]) {
      writeFileSync(stored(), whole.subarray(0, length));
      expect((await ops(['backup', 'verify', manifest.id])).code).toBe(1);
    }
    writeFileSync(stored(), whole);
    expect((await ops(['backup', 'verify', manifest.id])).code).toBe(0);
    expect(isListedGood()).toBe(true);
  }, 120_000);

  test('a manifest that was altered is no backup, and says so', async () => {
    const path = stored('manifest.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"rows": 500', '"rows": 501'));
    const { code, document } = await ops(['backup', 'verify', manifest.id]);
    expect({ code, error: document.error.code }).toEqual({ code: 1, error: 'VOPS-BACKUP-DAMAGED' });
    rmSync(join(catalogue, manifest.id), { recursive: true });
  });

  test('a dump that is whole and is not what was counted', async () => {
    // As if pg_dump had left out a row, or the disk had exchanged two files: resealed, so that only the rows can tell.
    const { writeManifest } = await import('../../src/lib/backup/manifest.js');
    const lie = {
      ...manifest,
      database: manifest.database && {
        ...manifest.database,
        tables: manifest.database.tables.map((table) =>
          table.name === 'players' ? { ...table, content: '1' } : table,
        ),
      },
    };
    writeFileSync(stored('manifest.json'), writeManifest(lie));
    const { code, document } = await ops(['backup', 'verify', manifest.id]);
    expect(code).toBe(1);
    expect(document.findings).toMatchObject([{ code: 'VOPS-BACKUP-DIFFERS' }]);
    expect(document.findings[0].message).toContain('public.players has other content');
    expect(await databases()).not.toContainEqual(expect.stringMatching(/^vkt_verify_/));
  });

  test('a row that came back with another value is found, whatever its columns are called', async () => {
    const named = `${source.name}_named`;
    await sql('postgres', `create database ${named} template template0`);
    try {
      await sql(named, `create table songs as select 1 as t, 'Lied' as title`);
      await sql(named, `create table altered as select 1 as t, 'Leid' as title`);
      const counted = await pgOf({ database: named })(async ({ query }) => {
        await query(CANONICAL);
        const tables = await query(dumpedTables, [true]);
        return Promise.all(tables.map((table) => countTable(query, table, true)));
      });
      expect(new Set(counted.map(({ content }) => content)).size).toBe(2);
    } finally {
      await sql('postgres', `drop database ${named} with (force)`);
    }
  });

  test('a server that lacks its rules of sorting: proven as far as it goes, no verdict beyond', async () => {
    const { writeManifest } = await import('../../src/lib/backup/manifest.js');
    const database = manifest.database && { ...manifest.database, collate: 'xx_XX.UTF-8' };
    writeFileSync(stored('manifest.json'), writeManifest({ ...manifest, database }));
    const { code, document } = await ops(['backup', 'verify', manifest.id]);
    expect({ code, reached: document.result.backups[0].reached }).toEqual({ code: 4, reached: 2 });
    expect(document.findings).toMatchObject([{ code: 'VOPS-DB-DENIED', severity: 'unknown' }]);
    expect(document.findings[0].message).toContain('xx_XX.UTF-8');
    expect(isListedGood()).toBe(true);
  });

  test('two at once, as of two installations on one host: neither drops the database of the other', async () => {
    const context = testContext({ configFlags: { config } });
    const site = { like: factsOf(manifest), server: { database: 'postgres' } };
    await withScratchDatabase(context, site, async ({ database: first }) => {
      await withScratchDatabase(context, site, async ({ database: second }) => {
        expect(await databases()).toEqual(expect.arrayContaining([first, second]));
      });
      expect(await databases()).toContain(first);
    });
    expect(await databases()).not.toContainEqual(expect.stringMatching(/^vkt_verify_/));
  });

  test('a role that may not create a database: proven as far as it goes, no verdict beyond', async () => {
    await sql('postgres', 'drop role if exists looker; create role looker login; grant pg_read_all_data to looker');
    const { code, document } = await ops(
      ['backup', 'verify', manifest.id],
      configure('looker.json', { database: { user: 'looker' } }),
    );
    expect({ code, reached: document.result.backups[0].reached }).toEqual({ code: 4, reached: 2 });
    expect(document.findings).toMatchObject([{ code: 'VOPS-BACKUP-UNPROVEN', severity: 'unknown' }]);
    expect(isListedGood()).toBe(true);
    await sql('postgres', 'drop role looker');
  });

  test('a role whose sessions are read-only unless they ask proves a backup like any other', async () => {
    await sql('postgres', 'create role reader login createdb; grant pg_read_all_data to reader');
    await sql('postgres', 'alter role reader set default_transaction_read_only = on');
    const { code, document } = await ops(
      ['backup', 'verify', manifest.id],
      configure('reader.json', { database: { user: 'reader' } }),
    );
    expect({ code, findings: document.findings }).toEqual({ code: 0, findings: [] });
    await sql('postgres', 'drop role reader');
  });

  describe('while the structure is checked', () => {
    const slow = useDatabase(`
      create function slow(i int) returns int immutable language plpgsql as
        'begin perform pg_catalog.pg_sleep(0.02); assert current_setting(''lc_messages'') = ''C''; return i; end';
      create table few as select generate_series(1, 50) as i; create index on few (slow(i))`);
    const file = configure('slow.json', { database: { database: slow.name, user: 'hasty' } });
    let id: string;
    beforeAll(async () => {
      await sql('postgres', `create role hasty login superuser; alter role hasty set lc_messages = 'POSIX'`);
      await sql('postgres', `alter role hasty set statement_timeout = '300ms'`);
      id = (await ops(['db', 'backup'], file)).document.result.id;
    });
    afterAll(async () => {
      await sql('postgres', 'drop role hasty');
    });

    test('the limits of a role for its queries are none for that, and its language is not spoken', async () => {
      const { code, document } = await ops(['backup', 'verify', id], file);
      expect({ code, findings: document.findings }).toEqual({ code: 0, findings: [] });
    });

    test('a session that is ended says nothing about the backup', async () => {
      const verifying = ops(['backup', 'verify', id], file);
      const end = `select pg_terminate_backend(pid) from pg_stat_activity where query like '%bt_index%' and pid <> pg_backend_pid()`;
      while ((await sql('postgres', end)).length === 0) await sleep(10);
      const { code, document } = await verifying;
      expect({ code, findings: document.findings }).toMatchObject({
        code: 4,
        findings: [{ code: 'VOPS-DB-UNREACHABLE', severity: 'unknown' }],
      });
      expect(manifestOf(id).failure).toBeUndefined();
    });
  });

  test.each([
    [
      'an extension on which more rests',
      `create extension pgstattuple; create view air as select * from pgstattuple('pg_class')`,
      'pgstattuple',
    ],
    ['a leakproof function', `create function sealed() returns int leakproof language sql as 'select 1'`, 'superuser'],
  ])('a role that may not create %s: no verdict', async (_, setup, words) => {
    const resting = `${source.name}_resting`;
    await sql('postgres', `create database ${resting} template template0`);
    await sql('postgres', 'create role plain login createdb; grant pg_read_all_data to plain');
    try {
      await sql(resting, setup);
      const { document: made } = await ops(
        ['db', 'backup'],
        configure('resting.json', { database: { database: resting } }),
      );
      const file = configure('plain.json', { database: { database: resting, user: 'plain' } });
      const { code, document } = await ops(['backup', 'verify', made.result.id], file);
      expect({ code, findings: document.findings }).toMatchObject({
        code: 4,
        findings: [{ code: 'VOPS-DB-DENIED', severity: 'unknown', message: expect.stringContaining(words) }],
      });
      expect(manifestOf(made.result.id).failure).toBeUndefined();
    } finally {
      await sql('postgres', `drop database ${resting} with (force)`);
      await sql('postgres', 'drop role plain');
    }
  });

  test('killed at random moments: the backup stays good, and the next one drops what was left', async () => {
    const begin = performance.now();
    await start(['backup', 'verify', manifest.id, '--config', config]).ended;
    const wholeMs = performance.now() - begin;
    for (let attempt = 0; attempt < KILLS; attempt++) {
      const { child, ended } = start(['backup', 'verify', manifest.id, '--config', config]);
      await sleep(Math.random() * wholeMs);
      child.kill('SIGKILL');
      await ended;
      expect(isListedGood()).toBe(true);
    }
    // Also the one that still creates the database of a verification that is gone.
    const isLeft = `select 1 from pg_stat_activity where application_name like 'viktoria-ops%' and pid <> pg_backend_pid()`;
    expect(await until(async () => (await sql('postgres', isLeft)).length === 0)).toBe(true);
    expect((await ops(['backup', 'verify', manifest.id])).code).toBe(0);
    expect(await databases()).not.toContainEqual(expect.stringMatching(/^vkt_verify_/));
  }, 600_000);
});

async function until<T>(look: () => Promise<T>): Promise<T | undefined> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const found = await look();
    if (found) return found;
    await sleep(10);
  }
  return undefined;
}

describe('faults of a backup', () => {
  const large = useDatabase(`create table noise as select i, decode(string_agg(md5(random()::text), ''), 'hex') as raw
    from generate_series(1, 1500) i, generate_series(1, 250) group by i`);

  test.each(['SIGKILL', 'SIGTERM'])(
    '%s at random moments: nothing half-made is good, no program is left, the next one works',
    async (signal) => {
      const where = join(directory, `killed-${signal}`);
      const file = configure(`killed-${signal}.json`, {
        database: { database: large.name },
        backup: { directory: where },
      });
      const begin = performance.now();
      await start(['db', 'backup', '--config', file]).ended;
      const wholeMs = performance.now() - begin;
      for (let attempt = 0; attempt < (signal === 'SIGKILL' ? KILLS : 10); attempt++) {
        const { child, ended } = start(['db', 'backup', '--config', file]);
        await sleep(Math.random() * wholeMs);
        child.kill(signal as NodeJS.Signals);
        const { code } = await ended;
        if (signal === 'SIGTERM') expect([0, 143, null]).toContain(code); // null: before we listened
      }
      const idle = await until(
        async () =>
          (
            await sql(
              'postgres',
              `select 1 from pg_stat_activity where application_name like 'viktoria-ops:pg_dump%' and datname = $1`,
              [large.name],
            )
          ).length === 0,
      );
      expect(idle).toBe(true);
      expect((await ops(['db', 'backup'], file)).code).toBe(0);
      expect(readdirSync(where).filter((name) => name.endsWith('.partial'))).toEqual([]);
      const { code, document } = await ops(['backup', 'verify', '--all', '--level', '2'], file);
      expect({ code, findings: document.findings }).toEqual({ code: 0, findings: [] });
    },
    600_000,
  );

  test('the session of pg_dump ended by the server: exit 1 with its words, nothing left', async () => {
    const where = join(directory, 'ended');
    mkdirSync(where);
    const file = configure('ended.json', { database: { database: large.name }, backup: { directory: where } });
    const running = ops(['db', 'backup'], file);
    const ended = await until(async () => {
      const rows = await sql(
        'postgres',
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'viktoria-ops:pg_dump:%' and datname = $1 and state = 'active'`,
        [large.name],
      );
      return rows.length > 0;
    });
    const { code, document } = await running;
    expect({ ended, code, error: document.error?.code }).toEqual({ ended: true, code: 1, error: 'VOPS-TOOL-FAILED' });
    expect(document.error.message).toContain('pg_dump');
    expect(readdirSync(where).filter((name) => !name.startsWith('.'))).toEqual([]);
  });

  test.each([
    ['no space', 'size=3m', 1],
    ['no inodes', 'size=50m,nr_inodes=4', 1],
    ['too little, seen before', 'size=500k', 1],
  ])('a full disk (%s): what is there stays, nothing is left', async (what, options, exit) => {
    const where = temporaryDirectory();
    const mounted =
      process.getuid?.() === 0 &&
      spawnSync('env', ['mount', '-t', 'tmpfs', '-o', `${options},mode=0700`, 'none', where]).status === 0;
    try {
      const file = configure('full.json', { database: { database: large.name }, backup: { directory: where } });
      const { code, document } = await ops(['db', 'backup'], file);
      // An ordinary user cannot mount: then the backup simply works.
      const told = { code, codes: [document.error?.code ?? document.findings[0]?.code] };
      expect(told).toEqual(
        mounted
          ? { code: exit, codes: [what.startsWith('too little') ? 'VOPS-BACKUP-NO-ROOM' : 'VOPS-DISK-FULL'] }
          : { code: 0, codes: [undefined] },
      );
      if (mounted) expect(readdirSync(where).filter((name) => !name.endsWith('.lock'))).toEqual([]);
    } finally {
      if (mounted) execFileSync('env', ['umount', where]);
    }
  });

  test('a secret never appears among the arguments of a program', async () => {
    const seen = new Set<string>();
    const { ended } = start([
      'db',
      'backup',
      '--config',
      configure('secret.json', {
        database: { database: large.name, password: 'canary-pa55-9d1' },
        backup: { directory: join(directory, 'secret') },
      }),
    ]);
    let over = false;
    void ended.then(() => {
      over = true;
    });
    while (!over) {
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        try {
          seen.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
        } catch {
          // ended meanwhile
        }
      }
      await sleep(5);
    }
    expect([...seen].some((line) => line.includes('pg_dump'))).toBe(true);
    expect([...seen].filter((line) => line.includes('canary-pa55'))).toEqual([]);
    expect((await ended).code).toBe(0);
  });
});

describe('elsewhere', () => {
  test('dumped, sealed and sent in one go; proven and restored straight from the bucket, the catalogue here lost', async () => {
    const s3 = await startS3();
    try {
      const age = await import('age-encryption');
      const identity = await age.generateX25519Identity();
      writeFileSync(join(directory, 'remote.key'), `${identity}\n`, { mode: 0o600 });
      const encryption = { recipients: [await age.identityToRecipient(identity)], identities: ['remote.key'] };
      const lost = join(directory, 'lost');
      const file = configure('elsewhere.json', { backup: { directory: lost, encryption, remote: s3.settings } });
      const made = await ops(['db', 'backup'], file);
      expect({ code: made.code, copy: made.document.result.copy }).toEqual({
        code: 0,
        copy: expect.stringMatching(/^s3:/),
      });
      rmSync(lost, { recursive: true });

      const proven = await ops(['backup', 'verify', '--remote'], file);
      expect(proven.document.result.backups).toMatchObject([{ id: made.document.result.id, reached: 3, status: 'ok' }]);
      const { code, document } = await ops(['db', 'restore', '--remote'], file);
      restoredNames.push(document.result.target);
      expect({ code, store: document.result.store }).toEqual({ code: 0, store: made.document.result.copy });
      expect(await sql(document.result.target, everything)).toEqual(await sql(source.name, everything));

      await s3.refuse();
      const unsent = await ops(['db', 'backup', 'unsent'], file);
      expect({ code: unsent.code, copy: unsent.document.result.copy }).toEqual({ code: 3, copy: null });
      expect(isGood(manifestOf(unsent.document.result.id, lost))).toBe(true);
    } finally {
      await s3.close();
    }
  }, 60_000);
});

test('the server killed in the middle of a dump: nothing is left, and the next one works', async () => {
  const server = await startTestPostgres({});
  try {
    const where = join(directory, 'crash');
    mkdirSync(where);
    const connection = { host: server.host, port: server.port, user: server.user, database: 'postgres' };
    const file = configure('crash.json', { database: connection, backup: { directory: where } });
    const client = new pg.Client(connection);
    await client.connect();
    await client.query(`create table noise as select i, decode(string_agg(md5(random()::text), ''), 'hex') as raw
      from generate_series(1, 1500) i, generate_series(1, 250) group by i`);
    const running = ops(['db', 'backup'], file);
    const seen = `select 1 from pg_stat_activity where application_name like 'viktoria-ops:pg_dump:%' and state = 'active'`;
    expect(await until(async () => ((await client.query(seen)).rowCount ?? 0) > 0)).toBe(true);
    client.on('error', () => {}); // its server goes
    process.kill(server.pid(), 'SIGQUIT'); // as pg_ctl stop -m immediate
    const { code } = await running;
    expect([1, 4]).toContain(code);
    expect(readdirSync(where).filter((name) => !name.startsWith('.'))).toEqual([]);
    await server.halt().catch(() => {});
    await server.resume();
    expect((await ops(['db', 'backup', '--level', '3'], file)).document).toMatchObject({
      status: 'ok',
      result: { level: 3 },
    });
  } finally {
    await server.stop();
  }
}, 60_000);

test('a database called as the one that servers are managed from is replaced like any other', async () => {
  const server = await startTestPostgres({});
  try {
    const connection = { host: server.host, port: server.port, user: server.user, database: 'postgres' };
    const file = configure('managed.json', {
      database: connection,
      backup: { directory: join(directory, 'managed') },
    });
    const client = new pg.Client(connection);
    await client.connect();
    await client.query('create table club as select 1 as id');
    await client.end();
    const { document: made } = await ops(['db', 'backup'], file);
    const { code, document } = await ops(
      ['db', 'restore', made.result.id, '--into', 'postgres', '--confirm', 'postgres'],
      file,
    );
    expect({ code, error: document.error }).toEqual({ code: 0, error: undefined });
    const { code: next } = await ops(['db', 'backup', '--level', '3'], file);
    expect(next).toBe(0);
  } finally {
    await server.stop();
  }
}, 60_000);

test('a standby is dumped like any other server, without the rows that never come there', async () => {
  const server = await startTestPostgres({});
  try {
    const connection = { host: server.host, port: server.port, user: server.user, database: 'postgres' };
    const client = new pg.Client(connection);
    await client.connect();
    await client.query('create table club as select 1 as id; create unlogged table cache (id serial primary key)');
    const { rows } = await client.query('show data_directory');
    await client.end();
    await server.halt();
    writeFileSync(join(rows[0].data_directory, 'standby.signal'), '');
    await server.resume();
    const file = configure('standby.json', { database: connection, backup: { directory: join(directory, 'standby') } });
    const { code, document } = await ops(['db', 'backup', '--level', '2'], file);
    expect({ code, error: document.error, tables: document.result?.tables }).toEqual({
      code: 0,
      error: undefined,
      tables: 1,
    });
  } finally {
    await server.stop();
  }
}, 60_000);
