import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { DatabaseThresholds } from '../../src/lib/config/database-thresholds.js';
import { readIndexes } from '../../src/lib/db/catalogue.js';
import { findInvalid, originalOf } from '../../src/lib/db/indexes/invalid.js';
import { judgeIndexes } from '../../src/lib/db/indexes/judge.js';
import { findMissing } from '../../src/lib/db/indexes/missing.js';
import { findRedundant } from '../../src/lib/db/indexes/redundant.js';
import { addSample, findUnused, type Sample } from '../../src/lib/db/indexes/unused.js';
import { IndexReport } from '../../src/lib/db/indexes.js';
import type { IndexRow } from '../../src/lib/pg/queries/index-inventory.js';
import { invalidIndexes } from '../../src/lib/pg/queries/invalid-indexes.js';
import type { Observation } from '../../src/lib/pg/queries/observation.js';
import { referenceColumns } from '../../src/lib/pg/queries/reference-columns.js';
import { sql, testServer, useDatabase } from '../support/database.js';
import { pgOf } from '../support/pg.js';
import { run, runJson, temporaryDirectory } from '../support/run.js';
import { until } from '../support/until.js';

const SCHEMA = `
  create table teams (id serial primary key, name text);
  create table players (id serial primary key, team_id int references teams, name text, born date, "Shirt No" int);
  create table players_team_lnk (id serial primary key, player_id int references players, team_id int references teams);
  create table files_related_mph (id serial primary key, file_id int, related_id int, related_type text);
  create index on players_team_lnk (player_id, team_id);
  create index p_name on players (name);
  create index p_name_again on players (name);
  create index p_name_desc on players (name desc);
  create index p_name_c on players (name collate "C");
  create index p_name_pattern on players (name text_pattern_ops);
  create index p_name_some on players (name) where born is not null;
  create index p_name_born on players (name, born);
  create index p_lower on players (lower(name));
  create index p_lower_again on players (lower(name));
  create index p_hash on players using hash (name);
  create unique index p_id_again on players (id);
  create index p_born_name on players (born) include (name);
  create schema "Odd ""one";
  create table "Odd ""one"."we""ird; drop" (id int primary key, n int);
  create index "Capital; --" on "Odd ""one"."we""ird; drop" (n);
  create index "Capital; --2" on "Odd ""one"."we""ird; drop" (n);
`;

const { name: database } = useDatabase(SCHEMA);
const catalogue = () => pgOf({ database })((connection) => readIndexes(connection));
const env = { PGHOST: testServer.host, PGPORT: String(testServer.port), PGUSER: 'postgres', PGDATABASE: database };

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ ...testServer, database });
  await client.connect();
  return client;
}

describe('redundant', () => {
  test('all attributes count, not the columns alone', async () => {
    const found = findRedundant((await catalogue()).indexes).map(({ index, kind, by }) => `${index} ${kind} ${by}`);
    expect(found.sort()).toEqual(
      [
        '"Odd ""one"."Capital; --2" duplicate "Odd ""one"."Capital; --"',
        'public.p_id_again duplicate public.players_pkey',
        'public.p_lower_again duplicate public.p_lower',
        'public.p_name covered public.p_name_born',
        'public.p_name_again duplicate public.p_name',
      ].sort(),
    );
  });

  test('the statements work: dropped, and brought back the same', async () => {
    const [odd] = findRedundant((await catalogue()).indexes).filter(({ index }) => index.includes('Capital'));
    const before = (await catalogue()).indexes.find(({ name }) => name === 'Capital; --2');
    await sql(database, odd?.drop ?? '');
    expect((await catalogue()).indexes.some(({ name }) => name === 'Capital; --2')).toBe(false);
    await sql(database, odd?.restore ?? '');
    expect((await catalogue()).indexes.find(({ name }) => name === 'Capital; --2')?.definition).toBe(
      before?.definition,
    );
  });

  test('of two alike exactly one is redundant', async () => {
    const { indexes } = await catalogue();
    const found = findRedundant(indexes).filter(({ kind }) => kind === 'duplicate');
    for (const { index, by } of found)
      expect(found.some((other) => other.index === by && other.by === index)).toBe(false);
  });
});

describe('redundant, of unique indexes', () => {
  const { name: other } = useDatabase(`
    create table seat (id int, code int not null, place int);
    create unique index seat_for_keys on seat (id);
    create table ticket (seat_id int references seat (id));
    alter table seat add primary key (id);
    alter table seat add constraint seat_later unique (code) deferrable;
    create unique index seat_at_once on seat (code);
    create index seat_plain on seat (code);
    create unique index seat_place on seat (place);`);
  const redundant = async () =>
    findRedundant((await pgOf({ database: other })((connection) => readIndexes(connection))).indexes);

  test('one that a foreign key relies on cannot be dropped, and one at once is more than one later', async () => {
    const found = await redundant();
    expect(found.map(({ index }) => index)).toEqual(['public.seat_plain']);
    for (const { drop } of found) await sql(other, drop);
  });

  test('one that keeps nulls unique, too, is more than one that does not', async () => {
    const [server] = await sql(other, `select current_setting('server_version_num')::int as version`);
    if (Number(server?.version) < 150_000) return;
    await sql(other, 'create unique index seat_place_null on seat (place) nulls not distinct');
    expect(await redundant()).toEqual([]);
    await sql(other, 'create unique index seat_place_again on seat (place) nulls not distinct');
    expect((await redundant()).map(({ index, by }) => [index, by])).toEqual([
      ['public.seat_place_again', 'public.seat_place_null'],
    ]);
  });
});

test('missing: relations of Strapi first, then foreign keys; what leads an index in any order is enough', async () => {
  const references = await pgOf({ database })((connection) => connection.query(referenceColumns));
  const found = findMissing(references, (await catalogue()).indexes);
  expect(found.map(({ table, columns, constraint }) => [table, columns.join(), constraint !== null])).toEqual([
    ['public.files_related_mph', 'file_id', false],
    ['public.files_related_mph', 'related_id', false],
    ['public.players_team_lnk', 'team_id', true],
    ['public.players', 'team_id', true],
  ]);
  for (const { create } of found) await sql(database, create);
  expect(findMissing(references, (await catalogue()).indexes)).toEqual([]);
});

describe('missing, in other databases', () => {
  const { name: other } = useDatabase(`
    create table author (id int primary key);
    create table post (id int, author_id int references author, editor int references author, at date)
      partition by range (at);
    create table post_1 partition of post for values from ('2025-01-01') to ('2026-01-01');
    create index on post (author_id);
    create table note (author_id int references author, "Of" int references author, at date,
      constraint again foreign key (author_id) references author);
    create index on note (author_id) where at is not null;
    create index on note ("Of") where "Of" is not null;`);

  test('an index of a partitioned table counts, one of some of the rows does not, and none is named twice', async () => {
    const found = await pgOf({ database: other })(async (connection) =>
      findMissing(await connection.query(referenceColumns), (await readIndexes(connection)).indexes),
    );
    expect(found.map(({ create }) => create).sort()).toEqual([
      'CREATE INDEX CONCURRENTLY ON public.note (author_id)',
      'CREATE INDEX ON ONLY public.post (editor)',
    ]);
  });
});

describe('invalid', () => {
  const long = 'players_by_their_name_in_an_index_named_by_sixty_three_letters_';
  beforeAll(async () => {
    await sql(database, `insert into players (name) select 'p' || i % 5 from generate_series(1, 100) i`);
    await sql(database, `create index ${long} on players (born, name)`);
    // A snapshot that is older, and a wait that is too short: what REINDEX leaves then is real.
    const [old, builder] = [await connected(), await connected()];
    await old.query('begin isolation level repeatable read; select 1');
    await builder.query(`set lock_timeout = '100ms'`);
    await expect(builder.query(`reindex index concurrently ${long}`)).rejects.toMatchObject({ code: '55P03' });
    await expect(builder.query(`reindex index concurrently ${long}`)).rejects.toMatchObject({ code: '55P03' });
    await old.query('commit');
    await expect(builder.query('create unique index concurrently failed on players (name)')).rejects.toThrow();
    await builder.query('create index looks_like_ccnew on players ("Shirt No")');
    await expect(builder.query('create unique index concurrently mine_ccnew on players (name)')).rejects.toThrow();
    await Promise.all([old.end(), builder.end()]);
  });

  test('leftovers are known by definition: cut names and numbered ones, never a valid or another index', async () => {
    const { indexes } = await catalogue();
    const found = findInvalid(indexes);
    const leftovers = found.filter(({ kind }) => kind === 'leftover');
    expect(leftovers.map(({ copyOf }) => copyOf)).toEqual([`public.${long}`, `public.${long}`]);
    expect(leftovers.every(({ index }) => !index.startsWith(`public.${long}`))).toBe(true);
    expect(found.filter(({ kind }) => kind === 'failed-build').map(({ index }) => index)).toEqual([
      'public.failed',
      'public.mine_ccnew',
    ]);
    expect(
      indexes.filter(({ name }) => name === 'looks_like_ccnew').map((index) => originalOf(index, indexes)),
    ).toEqual([undefined]);
  });

  test('the cure for what REINDEX TABLE leaves of a TOAST table works: the server refuses to rebuild that', async () => {
    await sql(database, 'create table letters (id int, body text)');
    const [old, builder] = [await connected(), await connected()];
    await old.query('begin isolation level repeatable read; select 1');
    await builder.query(`set lock_timeout = '100ms'`);
    await expect(builder.query('reindex table concurrently letters')).rejects.toMatchObject({ code: '55P03' });
    await old.query('commit');
    await Promise.all([old.end(), builder.end()]);
    const toast = async () =>
      findInvalid((await catalogue()).indexes).filter(({ index }) => index.startsWith('pg_toast.'));
    const [left, ...others] = await toast();
    expect({ left, others }).toMatchObject({ left: { cure: expect.stringMatching(/^DROP INDEX CONC/) }, others: [] });
    const { document } = await runJson(['db', 'indexes'], { env });
    expect(document.findings).toContainEqual(expect.objectContaining({ hint: `as a superuser: ${left?.cure}` }));
    await sql(database, left?.cure ?? '');
    expect(await toast()).toEqual([]);
  });

  test('while something is built on the table nothing is a leftover: one in the making looks alike', async () => {
    const { indexes } = await catalogue();
    const building = indexes.map((index) => ({ ...index, isBuilding: true }));
    expect(new Set(findInvalid(building).map(({ kind }) => kind))).toEqual(new Set(['building']));
  });

  test('the command tells each with its cure', async () => {
    const { code, document } = await runJson(['db', 'indexes'], { env });
    expect(code).toBe(0);
    expect(IndexReport.parse(document.result)).toEqual(document.result);
    const hints = document.findings
      .filter((finding: { code: string }) => finding.code === 'VOPS-DB-INDEX-INVALID')
      .map(({ hint }: { hint: string }) => hint);
    expect(hints).toHaveLength(4);
    expect(hints).toContain('REINDEX INDEX CONCURRENTLY public.failed');
    for (const hint of hints) expect(hint).toMatch(/(DROP|REINDEX) INDEX CONCURRENTLY public\./);
  });
});

describe('unused', () => {
  const DAY = 86_400_000;
  const at = (day: number) => new Date(Date.UTC(2026, 0, 1) + day * DAY).toISOString();
  const sample = (day: number, scans: Record<string, number>, statsReset = at(0)): Sample => ({
    at: at(day),
    statsReset,
    scans,
  });
  const row = (overrides: Partial<IndexRow> = {}) =>
    ({
      oid: 7,
      schema: 'public',
      name: 'i',
      table: 't',
      sizeBytes: 5e6,
      scans: 3,
      lastScan: null,
      isValid: true,
      definition: null,
      ...overrides,
    }) as IndexRow;
  const window = { now: at(40), milliseconds: 30 * DAY, sizeBytes: 1e6 };
  const find = (index: IndexRow, samples: readonly Sample[], supporting = new Set<number>()) =>
    findUnused([index], { samples, window, supporting }).map(({ since }) => since);

  test.each([
    ['not read for long', row(), [sample(0, { 7: 3 }), sample(20, { 7: 3 })], [at(0)]],
    ['read in between', row({ scans: 4 }), [sample(0, { 7: 3 })], []],
    ['the samples do not reach back', row(), [sample(15, { 7: 3 })], []],
    ['made since', row({ oid: 8 }), [sample(0, { 7: 3 })], []],
    ['the server knows better (16+)', row({ lastScan: at(30) }), [sample(0, { 7: 3 })], []],
    ['last read long ago (16+)', row({ lastScan: at(2) }), [sample(0, { 7: 3 })], [at(0)]],
    ['small', row({ sizeBytes: 8_192 }), [sample(0, { 7: 3 })], []],
    ['unique', row({ isUnique: true }), [sample(0, { 7: 3 })], []],
    ['of a constraint', row({ isConstraint: true }), [sample(0, { 7: 3 })], []],
    ['of a partitioned index', row({ isPartition: true }), [sample(0, { 7: 3 })], []],
    ['for replication', row({ isReplicaIdentity: true }), [sample(0, { 7: 3 })], []],
  ])('%s', (_, index, samples, expected) => {
    expect(find(index, samples)).toEqual(expected);
  });

  test.each([
    ['alone', { isStandby: false, replicas: 0 }, 'if no yearly report needs it, keep its definition, then: DROP it'],
    ['with standbys', { isStandby: false, replicas: 2 }, 'the 2 standbys may use it'],
    ['a standby itself', { isStandby: true, replicas: 0 }, 'the primary may use it'],
  ])('the server is %s: who else may use it is told', (_, observed, hint) => {
    const unused = [{ index: 'i', table: 't', sizeBytes: 5e6, since: at(0), tableWrites: 9, drop: 'DROP it' }];
    const report = { invalid: [], missing: [], bloated: [], redundant: [], unused } as unknown as IndexReport;
    const found = judgeIndexes(report, {
      observed: observed as Observation,
      thresholds: DatabaseThresholds.parse({}),
    });
    expect(found.map((finding) => finding.hint)).toEqual([expect.stringContaining(hint)]);
  });

  test('one that supports a foreign key is never called unused', () => {
    expect(find(row(), [sample(0, { 7: 3 })], new Set([7]))).toEqual([]);
  });

  test('a reset of the statistics, or a counter that fell, begins the history anew', () => {
    const history = [sample(0, { 7: 3 }), sample(1, { 7: 3 })];
    expect(addSample(history, sample(2, { 7: 3 }, at(2)))).toHaveLength(1);
    expect(addSample(history, sample(2, { 7: 1 }))).toHaveLength(1);
    expect(addSample(history, sample(2, { 7: 9 }))).toHaveLength(3);
    expect(
      addSample(history, { ...sample(1, { 7: 3 }), at: new Date(Date.parse(at(1)) + 1_000).toISOString() }),
    ).toHaveLength(2);
    const many = Array.from({ length: 200 }, (__, day) => day).reduce<readonly Sample[]>(
      (samples, day) => addSample(samples, sample(day, { 7: 3 })),
      [],
    );
    expect(many.length).toBeLessThan(100);
    expect(many.at(-1)?.at).toBe(at(199));
  });
});

describe('under way', () => {
  test('a rebuild of another role is no leftover, though its progress is not shown', async () => {
    const [old, builder] = [await connected(), await connected()];
    const stranger = `stranger_${process.pid}`;
    await sql('postgres', `create role ${stranger} login`);
    try {
      await old.query('begin isolation level repeatable read; select 1');
      const rebuilding = builder.query('reindex index concurrently p_born_name');
      const seen = () => pgOf({ database, user: stranger })((connection) => readIndexes(connection));
      let copy: IndexRow | undefined;
      for (let attempt = 0; copy === undefined && attempt < 100; attempt += 1) {
        copy = (await seen()).indexes.find(({ name }) => name === 'p_born_name_ccnew');
      }
      expect(copy).toMatchObject({ isValid: false, isBuilding: true });
      await old.query('commit');
      await rebuilding;
    } finally {
      await Promise.all([old.end(), builder.end()]);
      await sql('postgres', `drop role ${stranger}`);
    }
  });

  test('an index that another role builds is no failed build, though its progress is not shown', async () => {
    const [old, builder] = [await connected(), await connected()];
    const stranger = `stranger_${process.pid}`;
    await sql('postgres', `create role ${stranger} login`);
    const look = pgOf({ database, user: stranger });
    const seen = async () => (await look(readIndexes)).indexes.find(({ name }) => name === 'new_one');
    try {
      await old.query('begin isolation level repeatable read; select count(*) from players');
      const building = builder.query('create index concurrently new_one on players (name)');
      await until(async () => (await seen()) !== undefined);
      expect(await seen()).toMatchObject({ isValid: false, isBuilding: true });
      expect(await look(({ query }) => query(invalidIndexes))).toEqual([]);
      await old.query('commit');
      await building;
    } finally {
      await Promise.all([old.end(), builder.end()]);
      await sql('postgres', `drop role ${stranger}`);
      await sql(database, 'drop index if exists new_one');
    }
  });

  test('a temporary table of a session is none whose statistics anybody misses', async () => {
    const tables = async () => (await catalogue()).observed.tables;
    const before = await tables();
    const session = await connected();
    try {
      await session.query('create temp table mine (i int)');
      expect(await tables()).toBe(before);
    } finally {
      await session.end();
    }
  });

  test('a table locked by another is described without waiting for it', async () => {
    const holder = new pg.Client({ ...testServer, database });
    await holder.connect();
    await holder.query('begin; lock table players');
    try {
      const { indexes } = await catalogue();
      const [locked] = indexes.filter(({ name }) => name === 'p_name_born');
      expect(locked).toMatchObject({ isLocked: true, definition: null, sizeBytes: expect.any(Number) });
      const { code } = await run(['db', 'indexes'], { env });
      expect(code).toBe(0);
    } finally {
      await holder.end();
    }
  });

  test('statistics that the role may not see are no clean bill of health', async () => {
    await sql(database, 'analyze');
    const monitor = `monitor_${process.pid}`;
    await sql('postgres', `create role ${monitor} login in role pg_monitor`);
    try {
      const { code, document } = await runJson(['db', 'indexes'], { env: { ...env, PGUSER: monitor } });
      expect(code).toBe(4);
      expect(document.findings).toContainEqual(
        expect.objectContaining({
          code: 'VOPS-DB-STATISTICS-HIDDEN',
          hint: expect.stringContaining('pg_read_all_data'),
        }),
      );
    } finally {
      await sql('postgres', `drop role ${monitor}`);
    }
  });

  test('samples and baselines are kept between runs, by the database and not its address', async () => {
    const state = temporaryDirectory();
    const kept = { ...env, XDG_STATE_HOME: state };
    expect((await run(['db', 'indexes'], { env: kept })).code).toBe(0);
    expect((await run(['db', 'indexes'], { env: { ...kept, PGHOST: 'localhost' } })).code).toBe(0);
    const databases = join(state, 'viktoria-ops', 'databases');
    const [directory = '', ...others] = readdirSync(databases);
    expect(others).toEqual([]);
    expect(directory).toMatch(new RegExp(`^\\d+-${database}$`));
    expect(readdirSync(join(databases, directory)).sort()).toEqual(['index-baselines.json', 'index-scans.json']);
    const samples = JSON.parse(readFileSync(join(databases, directory, 'index-scans.json'), 'utf8'));
    expect(samples).toHaveLength(1); // one a day
  });
});
