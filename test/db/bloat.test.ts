import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Baselines, bytesAtBest, updateBaselines } from '../../src/lib/db/bloat/baselines.js';
import { freshBtreeBytes } from '../../src/lib/db/bloat/btree.js';
import { freshHeapBytes } from '../../src/lib/db/bloat/heap.js';
import { indexBloat, tableBloat } from '../../src/lib/db/bloat/index.js';
import { findMeasure } from '../../src/lib/db/bloat/measure.js';
import { excludesNulls } from '../../src/lib/db/bloat/predicate.js';
import { rowBytes } from '../../src/lib/db/bloat/tuple.js';
import { type IndexCatalogue, readIndexes, readTables } from '../../src/lib/db/catalogue.js';
import { assessBloat, confirmBloat, worthRebuilding } from '../../src/lib/db/indexes/assess.js';
import { sql, untilCounted, useDatabase } from '../support/database.js';
import { pgOf } from '../support/pg.js';

const int = { length: 4, alignment: 4, averageWidth: 4, nullFraction: 0 };
const bigint = { length: 8, alignment: 8, averageWidth: 8, nullFraction: 0 };
const text = { length: -1, alignment: 4, averageWidth: 20, nullFraction: 0 };
const HEADER = { header: 8, headerWithNulls: 16 };

describe('bytes of a row', () => {
  test.each([
    ['an int', [int], 16],
    ['a bigint', [bigint], 16],
    ['an int before a bigint, padded', [int, bigint], 24],
    ['two ints share a word', [int, int], 16],
    ['text of all lengths', [text], 31.5],
    ['always null', [{ ...int, nullFraction: 1 }], 16],
  ])('%s', (_, columns, bytes) => {
    expect(rowBytes(columns, HEADER)).toBe(bytes);
  });
});

describe('a fresh btree', () => {
  const unique = { ...int, distinct: -1, commonFractions: [] };
  const base = {
    tuples: 100_000,
    tableTuples: 100_000,
    sampledTuples: 100_000,
    columns: [unique],
    keyColumns: 1,
    isUnique: true,
    deduplicates: true,
    fillFactor: 90,
    blockBytes: 8_192,
  };

  test('grows with its rows, and with a lower fill factor', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e7 }), fc.integer({ min: 10, max: 100 }), (tuples, fillFactor) => {
        const bytes = freshBtreeBytes({ ...base, tuples, fillFactor });
        expect(bytes % 8_192).toBe(0);
        expect(freshBtreeBytes({ ...base, tuples: tuples * 2, fillFactor })).toBeGreaterThanOrEqual(bytes);
        expect(freshBtreeBytes({ ...base, tuples, fillFactor: 10 })).toBeGreaterThanOrEqual(bytes);
      }),
    );
  });

  test('of few values is a third of one without deduplication, and never larger', () => {
    const few = { ...base, isUnique: false, columns: [{ ...unique, distinct: 5 }] };
    expect(freshBtreeBytes(few)).toBeLessThan(0.4 * freshBtreeBytes({ ...few, deduplicates: false }));
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e5, noNaN: true }), (distinct) => {
        const index = { ...few, columns: [{ ...unique, distinct }] };
        expect(freshBtreeBytes(index)).toBeLessThanOrEqual(freshBtreeBytes({ ...index, deduplicates: false }) * 1.05);
      }),
    );
  });

  test('of nothing is one page', () => {
    expect(freshBtreeBytes({ ...base, tuples: 0 })).toBe(8_192);
    expect(freshHeapBytes({ tuples: 0, columns: [int], fillFactor: 100, blockBytes: 8_192 })).toBe(0);
  });
});

describe('baselines', () => {
  const btree = { oid: 1, accessMethod: 'btree', fileNode: 10, analyzeCount: 0, tuples: 10_000, sizeBytes: 200_000 };
  const gin = { ...btree, oid: 2, accessMethod: 'gin' };
  const of = (baselines: Baselines, tuples = 10_000) => bytesAtBest({ oid: 2, tuples }, baselines)?.bytes;

  test('keep the leanest ever seen, and forget what is gone', () => {
    const first = updateBaselines({}, [btree]);
    const grown = updateBaselines(first, [{ ...btree, sizeBytes: 500_000 }]);
    expect(bytesAtBest(btree, grown)).toEqual({ bytes: 200_000, isRebuilt: false });
    expect(updateBaselines(grown, [])).toEqual({});
  });

  test('a GIN index has none until its table was analyzed: before, its entries pass for rows', () => {
    const entries = { ...gin, tuples: 20_000 };
    const first = updateBaselines({}, [entries]);
    expect(of(first)).toBeUndefined();
    expect(of(updateBaselines(first, [entries]))).toBeUndefined();
    const analyzed = updateBaselines(first, [{ ...gin, analyzeCount: 1 }]);
    expect(of(analyzed)).toBe(200_000);
    // Rebuilt by somebody: entries again, which are not believed.
    const rebuilt = updateBaselines(analyzed, [{ ...entries, fileNode: 11, analyzeCount: 1 }]);
    expect(of(rebuilt)).toBe(200_000);
  });

  test('a rebuild sets a new one, be it larger', () => {
    const first = updateBaselines({}, [btree]);
    const rebuilt = updateBaselines(first, [{ ...btree, fileNode: 11, sizeBytes: 300_000 }], new Set([1]));
    expect(bytesAtBest(btree, rebuilt)).toEqual({ bytes: 300_000, isRebuilt: true });
  });

  test('an index of few rows tells nothing', () => {
    expect(bytesAtBest({ oid: 1, tuples: 500 }, updateBaselines({}, [{ ...btree, tuples: 500 }]))).toBeUndefined();
  });
});

describe('both ways', () => {
  const index = { oid: 1, accessMethod: 'btree', tuples: 100_000, sizeBytes: 9e6, analyzeCount: 1, fillFactor: 90 };
  const rows = [{ indexOid: 1, ...int, distinct: -1, commonFractions: null }];
  const of = (bytesPerTuple: number | null, isRebuilt = false) =>
    indexBloat({ ...index, keyColumns: 1, isUnique: true, deduplicates: true, predicate: null } as never, {
      columns: rows as never,
      baselines: { 1: { fileNode: 1, analyzeCount: 0, bytesPerTuple, isRebuilt } },
      blockBytes: 8_192,
    });

  test('what it has been at its leanest bounds the estimate; a rebuild is believed before it', () => {
    expect(of(null)).toMatchObject({ method: 'estimated' });
    expect(of(80)).toMatchObject({ method: 'estimated' });
    expect(of(10)).toMatchObject({ method: 'baseline', bytes: 8_000_000 });
    expect(of(80, true)).toMatchObject({ method: 'baseline', bytes: 1_000_000 });
  });
});

describe('the keys of a sample', () => {
  const column = { ...text, distinct: 30_000, commonFractions: [] };
  const base = { tuples: 1e6, tableTuples: 1e6, keyColumns: 1, isUnique: false, deduplicates: true, fillFactor: 90 };
  const index = { ...base, sampledTuples: 30_000, columns: [column], blockBytes: 8_192 };

  test('may be far more than ANALYZE reckons, unless it saw every row', () => {
    expect(freshBtreeBytes(index)).toBeGreaterThan(2 * freshBtreeBytes(index, 'repetitive'));
    const seen = { ...index, sampledTuples: 1e6 };
    expect(freshBtreeBytes(seen)).toBe(freshBtreeBytes(seen, 'repetitive'));
  });

  test('are no more than the rows that a foreign key references, and doubted little when few', () => {
    const references = { ...index, columns: [{ ...column, mostDistinct: 30_000 }] };
    expect(freshBtreeBytes(references)).toBe(freshBtreeBytes(references, 'repetitive'));
    const few = { ...index, columns: [{ ...column, distinct: 100 }] };
    expect(freshBtreeBytes(few)).toBeLessThan(1.02 * freshBtreeBytes(few, 'repetitive'));
  });

  test('of several columns are at least those of one of them', () => {
    const two = { ...index, columns: [column, { ...column, distinct: 9 }], keyColumns: 2 };
    expect(freshBtreeBytes(two, 'repetitive')).toBeLessThan(freshBtreeBytes(two));
  });

  test('the nulls take no room for a value', () => {
    const sparse = { ...index, columns: [{ ...column, averageWidth: 100, nullFraction: 0.9, distinct: -0.1 }] };
    expect(freshBtreeBytes(sparse)).toBeLessThan(1e6 * (0.9 * 7.5 + 0.1 * 140));
  });
});

describe('a predicate leaves the nulls of a column out', () => {
  test.each([
    ['(mail IS NOT NULL)', 'mail', true],
    ['((deleted IS NULL) AND (mail IS NOT NULL))', 'mail', true],
    ['((deleted IS NULL) AND (mail IS NOT NULL))', 'deleted', false],
    ['("we""ird" IS NOT NULL)', 'we"ird', true],
    ['(visitors > 100)', 'visitors', true],
    [`((state)::text = 'live'::text)`, 'state', false],
    ['((mail IS NOT NULL) OR (phone IS NOT NULL))', 'mail', false],
    ['(NOT (mail IS NOT NULL))', 'mail', false],
    ['(email IS NOT NULL)', 'mail', false],
    [null, 'mail', false],
    ['(mail IS NOT NULL)', null, false],
  ])('%s of %s: %s', (predicate, column, expected) => {
    expect(excludesNulls(predicate, column)).toBe(expected);
  });
});

/** Truth by pgstattuple, on data that the estimators have not been fitted to. */
describe('against pgstattuple', () => {
  const { name: database } = useDatabase();
  const pg = pgOf({ database });

  beforeAll(async () => {
    await sql(database, 'create extension pgstattuple');
    await sql(
      database,
      `create table match (id serial primary key, status text, opponent text, token uuid, kickoff timestamptz,
         fee numeric, data jsonb, team int, rare int, played boolean, visitors bigint)`,
    );
    await sql(
      database,
      `insert into match (status, opponent, token, kickoff, fee, data, team, rare, played, visitors)
       select (array['planned', 'live', 'over'])[1 + i % 3], 'SV ' || md5(i::text), gen_random_uuid(),
         now() - i * interval '1 hour', i * 1.5, jsonb_build_object('goals', i % 9), i % 120,
         case when i % 4 = 0 then i end, i % 2 = 0, i / 4
       from generate_series(1, 60000) i`,
    );
    for (const [name, definition] of Object.entries(INDEXES)) {
      await sql(database, `create index ${name} on match ${definition}`);
    }
    await sql(database, 'vacuum analyze match');
  }, 60_000);

  const INDEXES = {
    m_status: '(status)',
    m_opponent: '(opponent)',
    m_token: '(token)',
    m_kickoff: '(kickoff)',
    m_fee: '(fee)',
    m_team: '(team)',
    m_rare: '(rare)',
    m_played: '(played)',
    m_visitors: '(visitors)',
    m_two: '(team, status)',
    m_lower: '(lower(opponent))',
    m_partial: `(kickoff) where status = 'over'`,
    m_loose: '(token) with (fillfactor = 60)',
    m_wide: '(team) include (opponent)',
    m_price: '(fee, data)',
  };

  /** Share of air by the estimate and in truth, of every btree of the table. */
  async function compare() {
    return pg(async (connection) => {
      const catalogue: IndexCatalogue = await readIndexes(connection);
      const measure = await findMeasure(connection, 8_192);
      const rows = catalogue.indexes.filter(({ table }) => table === 'match');
      expect(rows).toHaveLength(Object.keys(INDEXES).length + 1);
      return Promise.all(
        rows.map(async (index) => {
          const known = { columns: catalogue.columnsOf(index.oid), baselines: {}, blockBytes: 8_192 };
          const estimated = indexBloat(index, known)?.share ?? Number.NaN;
          return { name: index.name, estimated, measured: (await measure?.(index))?.share ?? Number.NaN };
        }),
      );
    });
  }

  test('indexes just built are not called bloated', async () => {
    for (const { name, estimated, measured } of await compare()) {
      expect([name, measured < 0.08]).toEqual([name, true]);
      expect([name, estimated < 0.12]).toEqual([name, true]);
    }
  });

  test('after deleting nine rows in ten every one is, within eight points of the truth', async () => {
    await sql(database, 'delete from match where id % 10 <> 0');
    await sql(database, 'vacuum analyze match');
    for (const { name, estimated, measured } of await compare()) {
      expect([name, measured > 0.6]).toEqual([name, true]);
      expect([name, Math.abs(estimated - measured) < 0.08]).toEqual([name, true]);
    }
    const { estimated, measured } = await heap();
    expect(Math.abs(estimated - measured)).toBeLessThan(0.05);
  });

  test('after random updates the estimate follows', async () => {
    await sql(database, 'reindex table match');
    for (let round = 0; round < 4; round += 1) {
      await sql(
        database,
        `update match set token = gen_random_uuid(), kickoff = now() - random() * interval '9 years'`,
      );
      await sql(database, 'vacuum analyze match');
    }
    const churned = (await compare()).filter(({ name }) => ['m_token', 'm_kickoff', 'm_loose'].includes(name));
    for (const { name, estimated, measured } of churned) {
      expect([name, Math.abs(estimated - measured) < 0.08]).toEqual([name, true]);
    }
  }, 30_000);

  async function heap() {
    const [truth] = await sql(
      database,
      `select (approx_free_percent + dead_tuple_percent) / 100 as share from pgstattuple_approx('match')`,
    );
    return pg(async (connection) => {
      const { tables, columnsOf } = await readTables(connection);
      const [table] = tables.filter(({ name }) => name === 'match');
      if (!table) throw new Error('no table');
      const bloat = tableBloat(table, { columns: columnsOf(table.oid), blockBytes: 8_192 });
      return { estimated: bloat?.share ?? Number.NaN, measured: Number(truth?.share) };
    });
  }
});

describe('a table whose values are in its TOAST table', () => {
  const { name: database } = useDatabase();
  const estimate = () =>
    pgOf({ database })(async (connection) => {
      const { tables, columnsOf } = await readTables(connection);
      const [table] = tables.filter(({ name }) => name === 'document');
      return table && tableBloat(table, { columns: columnsOf(table.oid), blockBytes: 8_192 });
    });

  test('is healthy when just filled, and its air is found once its rows are deleted', async () => {
    await sql(database, 'create table document (id serial primary key, body text)');
    await sql(database, 'alter table document alter body set storage external');
    await sql(database, 'vacuum document');
    await sql(database, `insert into document (body) select repeat(md5(i::text), 200) from generate_series(1, 1500) i`);
    await sql(database, 'analyze document');
    expect((await estimate())?.share).toBeLessThan(0.05);
    await sql(database, 'vacuum analyze document');
    expect((await estimate())?.share).toBeLessThan(0.1);
    await sql(database, 'delete from document where id % 5 <> 0');
    await sql(database, 'vacuum analyze document');
    await untilCounted();
    const share = (await estimate())?.share;
    expect(share).toBeGreaterThan(0.72);
    expect(share).toBeLessThan(0.82);
  });
});

/** Nothing is bloated here; the statistics of a sample alone would say that most of it is. */
describe('healthy indexes on values that a sample tells little of', () => {
  const { name: database } = useDatabase();
  const pg = pgOf({ database });

  beforeAll(async () => {
    await sql(
      database,
      `create extension pgstattuple; select setseed(0.5);
       create table visit (id serial primary key, agent text, path text, referrer text, mail text, session int);
       insert into visit (agent, path, referrer, mail, session)
       select case when random() < 0.5 then 'Browser/' || (random() * 1000)::int else 'Bot ' || md5(i::text) end,
         '/page/' || floor(exp(random() * 14)),
         case when random() < 0.9 then 'https://example.org/' || i % 60000 else md5(i::text) end,
         case when random() < 0.2 then 'user' || (random() * 1e6)::int || '@example.org' end,
         case when random() < 0.7 then (random() * 2000)::int else i end
       from generate_series(1, 600000) i;
       create index on visit (agent); create index on visit (path); create index on visit (referrer);
       create index on visit (mail); create index on visit (mail) where mail is not null;
       create index on visit (session); create index on visit (session, path); analyze visit`,
    );
  }, 60_000);

  test('are not called bloated', async () => {
    const shares = await pg(async (connection) => {
      const { indexes, columnsOf } = await readIndexes(connection);
      const own = indexes.filter(({ table }) => table === 'visit');
      return own.map((index) => {
        const known = { columns: columnsOf(index.oid), baselines: {}, blockBytes: 8_192 };
        return [index.name, indexBloat(index, known)?.share ?? Number.NaN] as const;
      });
    });
    expect(shares).toHaveLength(8);
    for (const [name, share] of shares) expect([name, share < 0.25]).toEqual([name, true]);
  });

  test('are measured when in doubt, and found healthy', async () => {
    const limits = { share: 0.3, size: 1_000_000 };
    const found = await pg(async (connection) => {
      const catalogue = await readIndexes(connection);
      const possible = worthRebuilding(catalogue.indexes, assessBloat(catalogue, {}, 'repetitive'), limits);
      expect(possible.length).toBeGreaterThan(2);
      return confirmBloat(connection, { catalogue, baselines: {}, limits });
    });
    expect(found).toEqual([]);
  });

  test('once nine rows in ten are deleted, the doubtful ones are found out, too', async () => {
    await sql(database, 'delete from visit where id % 10 <> 0');
    await sql(database, 'vacuum analyze visit');
    const limits = { share: 0.3, size: 1_000_000 };
    const found = await pg(async (connection) =>
      confirmBloat(connection, { catalogue: await readIndexes(connection), baselines: {}, limits }),
    );
    expect(found).toHaveLength(8);
  }, 30_000);
});
