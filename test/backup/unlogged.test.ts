import { describe, expect, test } from '@jest/globals';
import { withoutWriteAheadLog } from '../../src/lib/backup/database/unlogged.js';
import { sql, useDatabase } from '../support/database.js';
import { maintenanceOf } from '../support/pg.js';

const TABLES = `
  create table team (id int primary key);
  create table "Player one" (id int generated always as identity, team int);
  create schema other; create table other.game (id int)`;

const persistence = async (database: string) =>
  Object.fromEntries(
    (
      await sql(
        database,
        `select relname, relpersistence from pg_class where relkind = 'r' and relnamespace::regnamespace::text in ('public', 'other')`,
      )
    ).map(({ relname, relpersistence }) => [relname, relpersistence]),
  );

const change = (database: string, overrides: Record<string, unknown> = {}) =>
  withoutWriteAheadLog(
    { maintenance: maintenanceOf({ database, ...overrides }), signal: new AbortController().signal },
    {},
  );

describe('tables without a write-ahead log', () => {
  const plain = useDatabase(TABLES);
  const partitioned = useDatabase(`${TABLES}; create table log (at date) partition by range (at)`);
  const others = useDatabase(`${TABLES}; create role onlooker_${process.pid} login`);

  test('all of them; keys that refer to each other can follow', async () => {
    await change(plain.name);
    expect(await persistence(plain.name)).toEqual({ team: 'u', 'Player one': 'u', game: 'u' });
    await sql(plain.name, 'alter table "Player one" add foreign key (team) references team (id)');
  });

  test('none beside the parent of partitions, which could then not refer to them', async () => {
    await change(partitioned.name);
    expect(await persistence(partitioned.name)).toEqual({ team: 'p', 'Player one': 'p', game: 'p' });
  });

  test('none of those of another role, and no error', async () => {
    await change(others.name, { user: `onlooker_${process.pid}` });
    expect(await persistence(others.name)).toEqual({ team: 'p', 'Player one': 'p', game: 'p' });
    await sql(others.name, `drop role onlooker_${process.pid}`);
  });
});
