/** What the role may do, tried before the first run needs it. */
import * as z from 'zod';
import { readStatements } from '../../db/index.js';
import { OperatorError } from '../../errors.js';
import { quoteName } from '../../pg/identifier.js';
import type { Database } from '../../pg/index.js';
import { extensionSchemas } from '../../pg/queries/extension-schemas.js';
import { type RoleRights, roleRights } from '../../pg/queries/role-rights.js';
import { type Check, type Diagnosis, type DoctorContext, ok, type Subject, warning } from '../check.js';

const GRANTS = 'viktoria-ops db grants prints the roles to use';

/** Reading the statistics of extensions, where they are installed. */
export const rightsToInspect: Check = {
  name: 'rights to inspect',
  examine: async ({ context, server }) => {
    await server; // the check `database` tells when there is none
    return context.pg(async (database) => {
      const statements = await readStatements(database);
      const [bloat] = await database.query(extensionSchemas, ['pgstattuple']);
      const rights = await readRights(database);
      const index = rights.trialIndex;
      const refused: Refusal[] = statements.isCreated && 'unavailable' in statements ? [statements.unavailable] : [];
      if (bloat && index !== null && !(await works(database, densityOf(bloat.schema), [index]))) {
        refused.push({ message: `role ${rights.role} cannot use pgstattuple`, hint: GRANTS });
      }
      if (refused.length > 0) return warning(listOf(refused, 'message'), listOf(refused, 'hint'));
      const tried = [statements.isCreated && 'pg_stat_statements', bloat && 'pgstattuple'].filter(Boolean);
      return ok(
        tried.length > 0
          ? `${tried.join(' and ')} can be read`
          : 'neither pg_stat_statements nor pgstattuple is installed',
      );
    });
  },
};

interface Refusal {
  readonly message: string;
  readonly hint: string;
}

const listOf = (refusals: readonly Refusal[], key: keyof Refusal): string =>
  refusals.map((refusal) => refusal[key]).join('; ');

const densityOf = (schema: string) => ({
  sql: `select ${quoteName(schema)}.pgstatindex($1::oid::regclass)`,
  row: z.unknown(),
});

/** VACUUM, ANALYZE and REINDEX: the server refuses the first two by a mere warning, so one is tried, and undone. */
export const rightsToMaintain: Check = {
  name: 'rights to maintain',
  examine: async ({ context, server }) => {
    await server;
    const rights = await context.pg(readRights);
    if (rights.isStandby) return ok('not needed on a standby');
    const refused = diagnoseMaintenance(rights);
    if (refused.status !== 'ok' || rights.trialTable === null) return refused;
    const notices = await tryAnalyze(context, rights.trialTable);
    return notices.length === 0 ? refused : warning(`ANALYZE was refused: ${notices.join('; ')}`, GRANTS);
  },
};

/** Pure: which tables the role may not maintain. */
export function diagnoseMaintenance(
  rights: Pick<RoleRights, 'role' | 'tables' | 'notMaintained' | 'notMaintainedCount' | 'owners'>,
): Diagnosis {
  const { role, tables, notMaintained, notMaintainedCount, owners } = rights;
  if (notMaintainedCount === 0) return ok(`role ${role} may maintain all ${tables} tables`);
  const named = `${notMaintained.join(', ')}${notMaintainedCount > notMaintained.length ? ', …' : ''}`;
  const fix = `run maintenance as ${owners.map(quoteName).join(' or ')}, or: ${GRANTS}`;
  return warning(`role ${role} may not maintain ${notMaintainedCount} of ${tables} tables: ${named}`, fix);
}

const TRIAL_MS = 5_000;

/** Only what writes is given a transaction id, and ANALYZE writes statistics. */
const hasWritten = {
  sql: 'select pg_current_xact_id_if_assigned() is not null as "hasWritten"',
  row: z.object({ hasWritten: z.boolean() }),
};

async function tryAnalyze(context: DoctorContext, table: string): Promise<readonly string[]> {
  const limits = { timeoutMs: TRIAL_MS, lockTimeoutMs: TRIAL_MS, signal: context.signal };
  return context.maintenance(async (session) => {
    await session.execute({ sql: 'begin', ...limits });
    const notices = await session.execute({ sql: `analyze (skip_locked) ${table}`, ...limits });
    const [done] = await session.ask(hasWritten, limits);
    await session.execute({ sql: 'rollback', ...limits });
    if (done?.hasWritten) return []; // what it warned of then, as of wraparound, is something else
    // A lock of somebody says nothing about our rights.
    return notices.filter(({ code }) => code !== '55P03').map(({ message }) => message);
  });
}

/** A dump reads every table and sequence, and fails at the first that it may not. */
export const rightsToBackUp: Check = {
  name: 'rights to back up',
  examine: async ({ context, server }: Subject) => {
    await server;
    return diagnoseBackup(await context.pg(readRights));
  },
};

/** Pure: what a dump could not read. */
export function diagnoseBackup(
  rights: Pick<RoleRights, 'role' | 'unreadable' | 'unreadableCount' | 'rowSecured'>,
): Diagnosis {
  const { role, unreadable, unreadableCount, rowSecured } = rights;
  if (unreadableCount > 0) {
    const named = `${unreadable.join(', ')}${unreadableCount > unreadable.length ? ', …' : ''}`;
    return warning(`role ${role} may not read ${unreadableCount} tables and sequences: ${named}`, GRANTS);
  }
  if (rowSecured.length === 0) return ok(`role ${role} may read every table and sequence`);
  return warning(
    `row security hides rows of ${rowSecured.join(', ')} from role ${role}: a dump fails`,
    `as a superuser: ALTER ROLE ${quoteName(role)} BYPASSRLS`,
  );
}

async function readRights(database: Database): Promise<RoleRights> {
  const [rights] = await database.query(roleRights);
  if (rights === undefined) throw new OperatorError('VOPS-DB-QUERY', 'the server gave no answer');
  return rights;
}

async function works(
  database: Database,
  query: { readonly sql: string; readonly row: z.ZodType },
  values: readonly unknown[] = [],
): Promise<boolean> {
  try {
    await database.query(query, values);
    return true;
  } catch (error) {
    if (error instanceof OperatorError && error.code === 'VOPS-DB-QUERY') return false;
    throw error;
  }
}
