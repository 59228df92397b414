/** What pgstattuple says, where it is installed: it reads the whole index, so it is asked only when that is wanted. */
import * as z from 'zod';
import { OperatorError } from '../../errors.js';
import { Numeric } from '../../pg/columns.js';
import { quoteName } from '../../pg/identifier.js';
import type { Database, Query } from '../../pg/index.js';
import { extensionSchemas } from '../../pg/queries/extension-schemas.js';
import type { IndexRow } from '../../pg/queries/index-inventory.js';
import { type Bloat, bloatOf } from './index.js';

export type MeasureIndex = (index: IndexRow) => Promise<Bloat | null>;

const Measured = z.object({ leafPages: Numeric, innerPages: Numeric, density: z.number() });

/**
 * A function that measures btree indexes, or undefined when pgstattuple is not installed. It gives null for other kinds
 * of index, and for one that cannot be read (no right, locked, too large for the query timeout).
 */
export async function findMeasure(database: Database, blockBytes: number): Promise<MeasureIndex | undefined> {
  const [extension] = await database.query(extensionSchemas, ['pgstattuple']);
  if (extension === undefined) return undefined;
  // NaN of an empty index, which has no leaf to be dense.
  const query = {
    sql: `
      select leaf_pages as "leafPages", internal_pages as "innerPages", coalesce(nullif(avg_leaf_density, 'NaN'), 0) as density
      from ${quoteName(extension.schema)}.pgstatindex($1::oid::regclass)`,
    row: Measured,
  } satisfies Query<z.infer<typeof Measured>>;
  return async (index) => {
    if (index.accessMethod !== 'btree' || !index.isValid || index.isLocked) return null;
    try {
      const [found] = await database.query(query, [index.oid]);
      if (found === undefined) return null;
      const fullness = Math.min(1, found.density / index.fillFactor);
      return bloatOf('measured', index.sizeBytes, (1 + found.innerPages + found.leafPages * fullness) * blockBytes);
    } catch (error) {
      if (error instanceof OperatorError && UNREADABLE.has(error.code)) return null;
      throw error;
    }
  };
}

const UNREADABLE: ReadonlySet<string> = new Set(['VOPS-DB-QUERY', 'VOPS-DB-TIMEOUT']);
