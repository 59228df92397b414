/** PostgreSQL: one connection for the length of a callback. `connect.ts` opens it, and is imported only when needed. */
import type * as z from 'zod';

/** A diagnostic query: SQL and the schema of one row. One file each under `queries/`. */
export interface Query<Row> {
  readonly sql: string;
  readonly row: z.ZodType<Row>;
  /** Not all of the SQL is ours: the server refuses a second statement in it. */
  readonly isForeign?: true;
}

/** A warning of the server beside its answer: VACUUM, for one, refuses by nothing else. */
export interface Notice {
  /** SQLSTATE; a warning's text is in the server's language. */
  readonly code: string;
  readonly message: string;
}

/** A statement that may run for long, such as VACUUM: SQL made by us, identifiers quoted. */
export interface Statement {
  readonly sql: string;
  /** Then it is cancelled on the server. */
  readonly timeoutMs: number;
  /** Longest it may wait for one lock, or for one older transaction. */
  readonly lockTimeoutMs: number;
  /** Once aborted, the statement is cancelled on the server. */
  readonly signal: AbortSignal;
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

/** A session that may change the database, on a connection no pooler shares. */
export interface MaintenanceSession extends Database {
  /** Process id on the server, under which its progress is found. */
  readonly pid: number;
  /**
   * Runs the statement and resolves to the server's warnings. The session lives on after a cancelled statement, so that
   * what it left can be cleared away.
   * @throws OperatorError the reason of the aborted signal; `VOPS-DB-…` for the rest.
   */
  readonly execute: (statement: Statement) => Promise<readonly Notice[]>;
  /** A query that may run for long, under the limits of a statement. Errors as `execute`. */
  readonly ask: <Row>(query: Query<Row>, limits: Omit<Statement, 'sql'>) => Promise<Row[]>;
}
