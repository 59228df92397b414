/** What `db backup` would do: which program, how much, whether there is room, and what stands in the way. */
import * as z from 'zod';
import type { ConnectionChoice, Context } from '../../context.js';
import { freeSpaceAt } from '../../files/index.js';
import { formatBytes } from '../../measures.js';
import type { Database } from '../../pg/index.js';
import { only } from '../../pg/only.js';
import { findClientProgram } from '../../pg/programs.js';
import { dumpedDatabase } from '../../pg/queries/dumped-database.js';
import { dumpedTables } from '../../pg/queries/dumped-tables.js';
import { type RoleRights, roleRights } from '../../pg/queries/role-rights.js';
import { conclude, type Finding, type Outcome } from '../../status.js';
import { Duration } from '../../units.js';
import { directoryStore } from '../directory-store.js';
import { chooseEncoding } from '../encoding.js';
import { BackupName, isGood, Level, type Manifest, sizeOf } from '../manifest.js';

export const DatabaseBackupFlags = z.object({
  name: BackupName.optional(),
  level: z.coerce.number().pipe(Level).default(1),
  lockWait: Duration.optional(),
});
export type DatabaseBackupFlags = z.output<typeof DatabaseBackupFlags>;

export const DatabaseBackup = z.object({
  name: z.string().optional(),
  database: z.string(),
  /** Of the cluster. */
  system: z.string(),
  serverVersion: z.string(),
  program: z.object({ path: z.string(), version: z.string() }),
  catalogue: z.string(),
  /** Directory of the backup; null as long as it is only planned. */
  path: z.string().nullable(),
  id: z.string().nullable(),
  /** Endings of the files, such as `.zst.age`. */
  encoding: z.string(),
  databaseBytes: z.number(),
  tables: z.number(),
  /** Counted in the snapshot that was dumped. */
  rows: z.number().nullable(),
  /** Of the files of the backup. */
  sizeBytes: z.number().nullable(),
  /** What it is expected to take. */
  expectedBytes: z.number(),
  freeBytes: z.number(),
  durationMs: z.number().nullable(),
  /** How far it is proven. */
  level: Level.nullable(),
  /** Where it is as well, such as `s3://bucket/prefix`. */
  copy: z.string().nullable(),
});
export type DatabaseBackup = z.output<typeof DatabaseBackup>;

type PlanContext = Pick<Context, 'config' | 'env' | 'pg' | 'signal'>;

/** Looks at the database and at the disk; changes nothing. @throws OperatorError VOPS-TOOL-MISSING, `VOPS-DB-…`. */
export async function planDatabaseBackup(
  context: PlanContext,
  { name }: DatabaseBackupFlags,
  source: ConnectionChoice = {},
): Promise<Outcome<DatabaseBackup>> {
  const { backup } = await context.config();
  const { about, rights, tables } = await context.pg(look, source);
  const program = await findClientProgram(context, 'pg_dump', Math.floor(about.versionNumber / 10_000));
  const encoding = await chooseEncoding(backup, context);
  const tableBytes = tables.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const expectedBytes = expect(await lastOf(backup.directory, about), tableBytes);
  const freeBytes = await freeSpaceAt(backup.directory);
  const plan: DatabaseBackup = {
    ...(name === undefined ? {} : { name }),
    database: about.name,
    system: about.system,
    serverVersion: about.serverVersion,
    program,
    catalogue: backup.directory,
    path: null,
    id: null,
    encoding: encoding.endings,
    databaseBytes: about.sizeBytes,
    tables: tables.length,
    rows: null,
    sizeBytes: null,
    expectedBytes,
    freeBytes,
    durationMs: null,
    level: null,
    copy: null,
  };
  return conclude(plan, [...judgeRights(rights), ...judgeSpace(plan)]);
}

async function look(database: Database) {
  const about = only(await database.query(dumpedDatabase));
  const rights = only(await database.query(roleRights));
  return { about, rights, tables: await database.query(dumpedTables, [false]) };
}

async function lastOf(directory: string, { system, name }: { system: string; name: string }) {
  const { backups } = await directoryStore(directory, 'database').list();
  return backups.findLast((last) => isGood(last) && last.database?.system === system && last.database.name === name);
}

/** A dump has no indexes, and packs to a tenth or better; a fifth of that is the least that is worth a try. */
const SMALLEST_SHARE = 0.02;
const SMALLEST_BYTES = 1_000_000;

/** As large as the last one and a little, else the least that it can be. */
function expect(last: Manifest | undefined, tableBytes: number): number {
  return last ? Math.round(sizeOf(last) * 1.1) : Math.round(SMALLEST_BYTES + tableBytes * SMALLEST_SHARE);
}

function judgeSpace({ expectedBytes, freeBytes, catalogue }: DatabaseBackup): readonly Finding[] {
  if (freeBytes >= expectedBytes) return [];
  const message = `the backup takes some ${formatBytes(expectedBytes)}, and ${formatBytes(freeBytes)} are free at ${catalogue}`;
  const hint = 'free some space (viktoria-ops backup prune --dry-run), or set backup.directory';
  return [{ code: 'VOPS-BACKUP-NO-ROOM', severity: 'error', message, hint }];
}

/** What a dump would fail at. */
function judgeRights({
  role,
  unreadable,
  unreadableCount,
  rowSecured,
}: Pick<RoleRights, 'role' | 'unreadable' | 'unreadableCount' | 'rowSecured'>): readonly Finding[] {
  const hint = 'viktoria-ops db grants prints a role for backups';
  if (unreadableCount > 0) {
    const named = `${unreadable.join(', ')}${unreadableCount > unreadable.length ? ', …' : ''}`;
    const message = `role ${role} may not read ${unreadableCount} tables or sequences: ${named}`;
    return [{ code: 'VOPS-BACKUP-UNREADABLE', severity: 'error', message, hint }];
  }
  if (rowSecured.length === 0) return [];
  const message = `row security hides rows of ${rowSecured.join(', ')} from role ${role}`;
  return [{ code: 'VOPS-BACKUP-UNREADABLE', severity: 'error', message, hint }];
}
