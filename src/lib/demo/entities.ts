/**
 * A small document service: rows of the sample tables, with lifecycle hooks around real SQL. As in Strapi, the hooks run
 * inside the transaction of the action, so what a hook throws undoes it, also in the actions that set it off.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';
import type { Lifecycles } from '../monitor/index.js';

export type Row = Readonly<Record<string, unknown>>;
type Query = (sql: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** What a hook is given; `result` is there from the after-hooks on. */
export interface LifecycleEvent {
  readonly data: Readonly<Record<string, unknown>>;
  /** Of the row that changes; undefined in beforeCreate. */
  readonly id?: number;
  readonly result?: Row;
}

export interface Entities {
  readonly find: (name: ContentType, id?: number) => Promise<readonly Row[]>;
  readonly create: (name: ContentType, data: Row) => Promise<Row>;
  /** Undefined when there is no such row. */
  readonly update: (name: ContentType, id: number, data: Row) => Promise<Row | undefined>;
  readonly remove: (name: ContentType, id: number) => Promise<Row | undefined>;
  /** Runs in the transaction of the action under way, if there is one. */
  readonly query: Query;
  /** By name, as Strapi holds them in `strapi.db.metadata`: empty until filled in. */
  readonly lifecycles: ReadonlyMap<string, Lifecycles>;
}

/** Content types with their table and the columns a client may set: names from outside never reach SQL. */
const CONTENT_TYPES = {
  'api::team.team': { table: 'teams', columns: ['name', 'city', 'win_rate'] },
  'api::player.player': { table: 'players', columns: ['team_id', 'name', 'position', 'shirt_number', 'rating'] },
  'api::match.match': {
    table: 'matches',
    columns: ['season_id', 'home_team_id', 'away_team_id', 'kick_off', 'home_goals', 'away_goals'],
  },
} as const satisfies Record<string, { table: string; columns: readonly string[] }>;
export type ContentType = keyof typeof CONTENT_TYPES;

type Action = 'Create' | 'Update' | 'Delete';

export function createEntities(pool: pg.Pool): Entities {
  const transactions = new AsyncLocalStorage<pg.PoolClient>();
  const lifecycles = new Map<string, Lifecycles>(Object.keys(CONTENT_TYPES).map((name) => [name, {}]));

  const query: Query = async (sql, values = []) =>
    (await (transactions.getStore() ?? pool).query(sql, [...values])).rows;

  const inTransaction = <T>(work: () => Promise<T>): Promise<T> =>
    transactions.getStore() ? work() : withTransaction(pool, (client) => transactions.run(client, work));

  const hook = async (name: ContentType, operation: string, event: LifecycleEvent) => {
    const found = lifecycles.get(name)?.[operation];
    if (typeof found === 'function') await found(event);
  };

  /** Before-hook, change, after-hook. */
  const act: Act = (name, action, change) =>
    inTransaction(async () => {
      const { sql, values, ...event } = change;
      await hook(name, `before${action}`, event);
      const [result] = await query(sql, values);
      if (result) await hook(name, `after${action}`, { ...event, id: Number(result.id), result });
      return result;
    });

  return { lifecycles, query, ...createActions(query, act) };
}

type Act = (name: ContentType, action: Action, change: LifecycleEvent & Statement) => Promise<Row | undefined>;

function createActions(query: Query, act: Act): Pick<Entities, 'find' | 'create' | 'update' | 'remove'> {
  return {
    find: (name, id) => {
      const { table } = CONTENT_TYPES[name];
      return id === undefined
        ? query(`select * from ${table} order by id limit 100`)
        : query(`select * from ${table} where id = $1`, [id]);
    },
    create: async (name, data) => {
      const row = await act(name, 'Create', { data, ...insertStatement(name, data) });
      if (!row) throw new Error(`no row came back from an insert into ${CONTENT_TYPES[name].table}`);
      return row;
    },
    update: (name, id, data) => act(name, 'Update', { data, id, ...updateStatement(name, id, data) }),
    remove: (name, id) => act(name, 'Delete', { data: {}, id, ...deleteStatement(name, id) }),
  };
}

interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

function settable(name: ContentType, data: Row): { columns: readonly string[]; values: readonly unknown[] } {
  const columns = CONTENT_TYPES[name].columns.filter((column) => data[column] !== undefined);
  return { columns, values: columns.map((column) => data[column]) };
}

function insertStatement(name: ContentType, data: Row): Statement {
  const { columns, values } = settable(name, data);
  const places = columns.map((_, index) => `$${index + 1}`);
  const { table } = CONTENT_TYPES[name];
  return { sql: `insert into ${table} (${columns.join(', ')}) values (${places.join(', ')}) returning *`, values };
}

function updateStatement(name: ContentType, id: number, data: Row): Statement {
  const { columns, values } = settable(name, data);
  const sets = columns.map((column, index) => `${column} = $${index + 2}`);
  const { table } = CONTENT_TYPES[name];
  return {
    sql: `update ${table} set ${[...sets, 'updated_at = now()'].join(', ')} where id = $1 returning *`,
    values: [id, ...values],
  };
}

const deleteStatement = (name: ContentType, id: number): Statement => ({
  sql: `delete from ${CONTENT_TYPES[name].table} where id = $1 returning *`,
  values: [id],
});

async function withTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((lost: Error) => {
      broken = lost;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
