/** What `db restore` would do: from which backup, into which database, and what becomes of one that is there already. */
import * as z from 'zod';
import type { Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import { Numeric } from '../../pg/columns.js';
import type { Query } from '../../pg/index.js';
import { only } from '../../pg/only.js';
import { type RestoreTarget, restoreTarget } from '../../pg/queries/restore-target.js';
import { conclude, type Outcome } from '../../status.js';
import { suggest } from '../../suggest.js';
import { Duration } from '../../units.js';
import { type BackedUpDatabase, type BackedUpTable, levelOf, type Manifest, sizeOf } from '../manifest.js';
import { openStore } from '../open-store.js';
import { selectBackup } from '../select.js';
import { type DatabaseRestore, stepsOf } from './restoration.js';
import { judgeBackup, judgeServer, judgeSpace } from './restore-judge.js';
import { findServer } from './server.js';
import { databaseInUse } from './source.js';

export const DatabaseRestoreFlags = z.object({
  backup: z.string().min(1).default('newest'),
  into: z.string().min(1).max(63).optional(),
  table: z.string().min(1).optional(),
  confirm: z.string().optional(),
  owner: z.boolean().default(true),
  remote: z.boolean().default(false),
  lockWait: Duration.optional(),
});
export type DatabaseRestoreFlags = z.output<typeof DatabaseRestoreFlags>;

export type RestorePlanContext = Pick<Context, 'config' | 'now' | 'pg' | 'signal'>;

/** Looks at the backup and the server; changes nothing. @throws OperatorError VOPS-BACKUP-NOT-FOUND, VOPS-USAGE, `VOPS-DB-…`. */
export async function planDatabaseRestore(
  context: RestorePlanContext,
  flags: DatabaseRestoreFlags,
): Promise<Outcome<DatabaseRestore>> {
  const { store, manifest, facts } = await findDump(context, flags);
  const table = flags.table === undefined ? null : findTable(facts, flags.table);
  const target = flags.into ?? restoredName(facts.name, context.now());
  const choice = await findServer(context, {}, target);
  const server = await context.pg((database) => database.query(restoreTarget, [target]).then(only), choice);
  const mode = await modeOf(context, server, target);
  const draft = draftOf(manifest, { store: store.label, target, mode, table });
  // The roles that have rights are in no list: only on the server they come from they are sure to be there.
  const keepsOwners = server.isSuperuser && flags.owner;
  const plan = {
    ...draft,
    keepsOwners,
    keepsPrivileges: keepsOwners && server.system === facts.system,
    aside: mode === 'replace' ? asideName(target, context.now()) : null,
  };
  const findings = [
    ...judgeBackup(manifest),
    ...judgeServer(server, plan),
    ...(await judgeSpace(context, choice, { ...server, ...facts, ...plan })),
  ];
  return conclude({ ...plan, steps: stepsOf(plan) }, findings);
}

function draftOf(
  manifest: Manifest,
  { table, ...where }: Pick<DatabaseRestore, 'store' | 'target' | 'mode'> & { readonly table: BackedUpTable | null },
): DatabaseRestore {
  const { id, createdAt, source } = manifest;
  const wanted = table === null ? (manifest.database?.tables ?? []) : [table];
  return {
    ...where,
    backup: { id, createdAt, source, sizeBytes: sizeOf(manifest), level: levelOf(manifest) ?? null },
    table: table && `${table.schema}.${table.name}`,
    keepsOwners: false,
    keepsPrivileges: false,
    steps: [],
    applied: false,
    safetyBackup: null,
    aside: null,
    tables: wanted.length,
    rows: wanted.reduce((sum, { rows }) => sum + rows, 0),
    durationMs: null,
  };
}

/** The backup that is meant. Newest: of the database in use. */
export async function findDump(
  context: Pick<Context, 'config' | 'signal'>,
  { backup, remote }: Pick<DatabaseRestoreFlags, 'backup' | 'remote'>,
) {
  const store = await openStore(context, { remote });
  const meant = { kind: 'database', ...databaseInUse(await context.config()) } as const;
  const manifest = selectBackup(await store.list(), backup, meant);
  if (manifest.database) return { store, manifest, facts: manifest.database };
  throw new OperatorError('VOPS-USAGE', `${manifest.id} is no backup of a database`, {
    hint: `viktoria-ops backup restore ${manifest.id} --into <directory> unpacks it`,
  });
}

function findTable({ tables }: BackedUpDatabase, wanted: string) {
  const spellings = ({ schema, name }: (typeof tables)[number]) => [name, `${schema}.${name}`];
  const found = tables.filter((table) => spellings(table).includes(wanted));
  const [table] = found;
  if (table && found.length === 1) return table;
  const similar = suggest(wanted, tables.flatMap(spellings));
  throw new OperatorError(
    'VOPS-USAGE',
    table ? `several tables are called ${wanted}` : `there is no table ${wanted} in the backup`,
    {
      hint: table
        ? 'name its schema, too: schema.table'
        : similar
          ? `did you mean ${similar}?`
          : 'viktoria-ops backup list --json names what is in it',
    },
  );
}

/** Names of databases have 63 bytes. */
export const suffixed = (name: string, suffix: string) => {
  const room = Buffer.from(name).subarray(0, 63 - suffix.length);
  return `${room.toString('utf8').replace(/\uFFFD+$/, '')}${suffix}`;
};
/** To the millisecond: two restores follow each other within a second. */
const stampOf = (now: Date) => now.toISOString().replace(/[-:.]/g, '').toLowerCase();
const restoredName = (name: string, now: Date) => suffixed(name, `_restored_${stampOf(now)}`);
const asideName = (name: string, now: Date) => suffixed(name, `_before_${stampOf(now)}`);

const userTables: Query<{ count: number }> = {
  sql: `
    select count(*) as count from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and c.relpersistence <> 't'`,
  row: z.object({ count: Numeric }),
};

async function modeOf({ pg }: RestorePlanContext, { sizeBytes }: RestoreTarget, database: string) {
  if (sizeBytes === null) return 'new' as const;
  const { count } = await pg((target) => target.query(userTables).then(only), { database });
  return count === 0 ? ('empty' as const) : ('replace' as const);
}
