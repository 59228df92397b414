/** Indexes and tables as the catalogue has them, read once and looked at from several sides. */
import { groupBy } from '../group-by.js';
import { quoteName } from '../pg/identifier.js';
import type { Database } from '../pg/index.js';
import { only } from '../pg/only.js';
import { type IndexColumnRow, indexColumns } from '../pg/queries/index-columns.js';
import { type IndexRow, indexInventory } from '../pg/queries/index-inventory.js';
import { type Observation, observation } from '../pg/queries/observation.js';
import { type TableColumnRow, tableColumns } from '../pg/queries/table-columns.js';
import { type TableRow, tableInventory } from '../pg/queries/table-inventory.js';
import type { Finding } from '../status.js';

export interface IndexCatalogue {
  readonly observed: Observation;
  readonly indexes: readonly IndexRow[];
  readonly columnsOf: (indexOid: number) => readonly IndexColumnRow[];
}

export async function readIndexes(database: Database): Promise<IndexCatalogue> {
  const observed = only(await database.query(observation));
  const indexes = await database.query(indexInventory);
  const columns = groupBy(await database.query(indexColumns), ({ indexOid }) => indexOid);
  return { observed, indexes, columnsOf: (oid) => columns.get(oid) ?? [] };
}

export interface TableCatalogue {
  readonly observed: Observation;
  readonly tables: readonly TableRow[];
  readonly columnsOf: (tableOid: number) => readonly TableColumnRow[];
}

export async function readTables(database: Database): Promise<TableCatalogue> {
  const observed = only(await database.query(observation));
  const tables = await database.query(tableInventory);
  const columns = groupBy(await database.query(tableColumns), ({ tableOid }) => tableOid);
  return { observed, tables, columnsOf: (oid) => columns.get(oid) ?? [] };
}

/** The planner's statistics are shown only of tables that the role may read: to pg_monitor alone, of none. */
export function hiddenStatistics({ tables, hiddenTables, securedTables, role }: Observation): readonly Finding[] {
  if (hiddenTables === 0) return [];
  const name = quoteName(role);
  const read = `GRANT pg_read_all_data TO ${name} (before PostgreSQL 14: GRANT SELECT on the tables)`;
  const bypass = `ALTER ROLE ${name} BYPASSRLS (row security holds for ${securedTables} of them)`;
  return [
    {
      code: 'VOPS-DB-STATISTICS-HIDDEN',
      severity: 'unknown',
      message: `role ${role} may not see the statistics of ${hiddenTables} of ${tables} tables: their bloat is not assessed`,
      hint: `as a superuser: ${[...(hiddenTables > securedTables ? [read] : []), ...(securedTables > 0 ? [bypass] : [])].join('; ')}`,
    },
  ];
}
