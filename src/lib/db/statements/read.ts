/** The counters of pg_stat_statements, or why they cannot be read: each reason has another remedy. */
import { OperatorError } from '../../errors.js';
import { quoteName } from '../../pg/identifier.js';
import type { Database } from '../../pg/index.js';
import { only } from '../../pg/only.js';
import { extensionSchemas } from '../../pg/queries/extension-schemas.js';
import {
  type StatementCounters,
  statementCircumstances,
  statementCounters,
} from '../../pg/queries/statement-statistics.js';
import type { Finding } from '../../status.js';

/** `schema` is where the extension lives. */
export type StatementsRead =
  | { readonly isCreated: true; readonly schema: string; readonly counters: readonly StatementCounters[] }
  | { readonly isCreated: boolean; readonly unavailable: Unavailable };

type Unavailable = Finding & { readonly hint: string };

/** Errors: `VOPS-DB-…`, other than that the extension cannot be read. */
export async function readStatements(database: Database): Promise<StatementsRead> {
  const [extension] = await database.query(extensionSchemas, ['pg_stat_statements']);
  if (extension === undefined) return { isCreated: false, unavailable: NOT_CREATED };
  const { schema } = extension;
  try {
    return { isCreated: true, schema, counters: await database.query(statementCounters(schema)) };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const [, state = ''] = /SQLSTATE (\w{5})/.exec(error.message) ?? [];
    const unavailable = REFUSALS[state];
    if (unavailable === undefined) throw error;
    const { role } = only(await database.query(statementCircumstances));
    return { isCreated: true, unavailable: unavailable(schema, role) };
  }
}

const finding = (message: string, hint: string): Unavailable => ({
  code: 'VOPS-DB-STATEMENTS-MISSING',
  severity: 'unknown',
  message: `${message}: statements are not assessed`,
  hint,
});

const LOAD_IT =
  "as a superuser: add pg_stat_statements to what SHOW shared_preload_libraries gives: ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'; then restart the server";

const NOT_CREATED = finding(
  'pg_stat_statements is not installed in this database',
  `${LOAD_IT}; then CREATE EXTENSION pg_stat_statements (this step alone, if the library is loaded already)`,
);

/** By SQLSTATE: the server tells only when it is asked. */
const REFUSALS: Readonly<Record<string, (schema: string, role: string) => Unavailable>> = {
  '55000': () => finding('pg_stat_statements is created, and its library is not loaded', LOAD_IT),
  // pg_upgrade leaves an extension as it was: the columns of before 13 have other names.
  '42703': () =>
    finding(
      'pg_stat_statements is of a version before the server was upgraded',
      'as a superuser: ALTER EXTENSION pg_stat_statements UPDATE',
    ),
  '42501': (schema, role) =>
    finding(
      `role ${role} may not use pg_stat_statements, which is in schema ${schema}`,
      `as a superuser: GRANT USAGE ON SCHEMA ${quoteName(schema)} TO ${quoteName(role)}`,
    ),
};
