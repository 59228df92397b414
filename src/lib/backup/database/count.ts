/** Rows counted and fingerprinted: the same way in the snapshot of a dump and in what was restored from it. */
import * as z from 'zod';
import { OperatorError } from '../../errors.js';
import { Numeric } from '../../pg/columns.js';
import { qualifiedName } from '../../pg/identifier.js';
import type { Query } from '../../pg/index.js';
import type { DumpedTable } from '../../pg/queries/dumped-tables.js';
import type { BackedUpTable } from '../manifest.js';

const Counted = z.object({ rows: Numeric, content: z.string().nullable() });

/** So that the text of a row does not depend on who asks, or where. Compiling a count takes longer than counting. */
export const CANONICAL: Query<unknown> = {
  sql: `
    select set_config('search_path', '', false), set_config('timezone', 'UTC', false),
      set_config('datestyle', 'ISO, YMD', false), set_config('intervalstyle', 'postgres', false),
      set_config('extra_float_digits', '1', false), set_config('bytea_output', 'hex', false),
      set_config('lc_monetary', 'C', false), set_config('row_security', 'off', false), set_config('jit', 'off', false)`,
  row: z.unknown(),
};

/** How a query is put to the session, with what limits. */
export type Ask = <Row>(query: Query<Row>) => Promise<Row[]>;

/** Counts a table, and by its content as well where that is wanted. The session is CANONICAL. */
export async function countTable(ask: Ask, table: DumpedTable, withContent: boolean): Promise<BackedUpTable> {
  const [counted] = await ask(countOf(qualifiedName(table.schema, table.name), withContent));
  if (counted === undefined) throw new OperatorError('VOPS-DB-QUERY', `no answer to the count of ${table.name}`);
  return { ...table, ...counted };
}

/**
 * The sum of the hashes of all rows does not depend on their order, and rows that are there twice count twice. `t` alone
 * would be a column of that name, where there is one.
 */
const countOf = (table: string, withContent: boolean): Query<z.infer<typeof Counted>> => ({
  sql: `
    select count(*) as rows,
      ${withContent ? 'coalesce(sum(hashtextextended((t.*)::text, 0)::numeric), 0)::text' : 'null'} as content
    from only ${table} t`,
  row: Counted,
});
