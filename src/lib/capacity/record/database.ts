import { qualifiedName } from '../../pg/identifier.js';
import type { Database } from '../../pg/index.js';
import { only } from '../../pg/only.js';
import { connectionUsage } from '../../pg/queries/connection-usage.js';
import { sequenceUsage } from '../../pg/queries/sequence-usage.js';
import { serverState } from '../../pg/queries/server-state.js';
import { tableInventory } from '../../pg/queries/table-inventory.js';
import { tableUsage } from '../../pg/queries/table-usage.js';
import { wraparound } from '../../pg/queries/wraparound.js';
import type { Resources } from '../sample.js';
import type { Reading } from './reading.js';

/** Ids are compared modulo 2^32: none may be older than this. */
const OLDEST_ID = 2 ** 31;

/** Size of the database and of its largest tables; connections, sequences and ids of the server, which are finite. */
export const database: Reading = {
  name: 'database',
  read: async ({ config, pg }) => {
    const { tables, sequences } = (await config()).capacity;
    return pg(async (session) => ({
      ...(await readServer(session)),
      ...(await readTables(session, tables)),
      ...(await readSequences(session, sequences)),
    }));
  },
};

async function readServer(session: Database): Promise<Resources> {
  const { database: name, sizeBytes } = only(await session.query(serverState));
  const { used, available } = only(await session.query(connectionUsage));
  const ages = await session.query(wraparound);
  return {
    [`database ${name}`]: { value: sizeBytes, limit: null },
    connections: { value: used, limit: available },
    xid: { value: Math.max(0, ...ages.map(({ xidAge }) => xidAge)), limit: OLDEST_ID },
    multixact: { value: Math.max(0, ...ages.map(({ multixactAge }) => multixactAge)), limit: OLDEST_ID },
  };
}

/** With TOAST and indexes. */
async function readTables(session: Database, most: number): Promise<Resources> {
  const tables = await session.query(tableInventory);
  const indexBytes = new Map((await session.query(tableUsage)).map((usage) => [usage.oid, usage.indexBytes]));
  const sizes = tables
    .filter(({ kind }) => kind !== 'p')
    .map(({ oid, schema, name, sizeBytes }) => ({
      resource: `table ${qualifiedName(schema, name)}`,
      value: sizeBytes + (indexBytes.get(oid) ?? 0),
    }))
    .sort((one, other) => other.value - one.value);
  return Object.fromEntries(sizes.slice(0, most).map(({ resource, value }) => [resource, { value, limit: null }]));
}

/** The share of its numbers that is used up: a sequence may begin anywhere, and go down. */
async function readSequences(session: Database, most: number): Promise<Resources> {
  const used = (await session.query(sequenceUsage)).flatMap(({ schema, name, usage }) =>
    usage === null ? [] : [[`sequence ${qualifiedName(schema, name)}`, { value: usage, limit: 1 }] as const],
  );
  return Object.fromEntries(used.slice(0, most));
}
