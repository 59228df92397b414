/** PostgreSQL: one connection for the length of a callback. `connect.ts` opens it, and is imported only when needed. */
import type * as z from 'zod';

/** A diagnostic query: SQL and the schema of one row. One file each under `queries/`. */
export interface Query<Row> {
  readonly sql: string;
  readonly row: z.ZodType<Row>;
}

export interface Database {
  /**
   * Runs the query; every row is parsed by its schema. Queries asked for side by side run one after the other.
   * Errors: `VOPS-DB-…`.
   */
  readonly query: <Row>(query: Query<Row>, values?: readonly unknown[]) => Promise<Row[]>;
  /** Server version number, such as 150018. */
  readonly version: number;
}
