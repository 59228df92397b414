/** A backup of a database, opened, restored into an empty database, and counted there. */
import * as z from 'zod';
import type { ConnectionChoice, Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import type { Database, Query } from '../../pg/index.js';
import { only } from '../../pg/only.js';
import { type ClientProgram, findClientProgram } from '../../pg/programs.js';
import { creatableExtensions } from '../../pg/queries/creatable-extensions.js';
import { type DumpedTable, dumpedTables } from '../../pg/queries/dumped-tables.js';
import { serverFacts } from '../../pg/queries/server-facts.js';
import type { Finding } from '../../status.js';
import { encodingOf } from '../encoding.js';
import type { BackedUpDatabase, BackedUpTable, Manifest } from '../manifest.js';
import type { Store } from '../store.js';
import { type Opened, openStored } from '../stored.js';
import { compareTables } from '../verify/compare.js';
import { CANONICAL, countTable } from './count.js';
import { DUMP_NAME } from './dump.js';
import { listDump, type Restore, type RestoreContext, restoreDump } from './restore.js';
import { onlyTable, parseToc, pathOf, type TocEntry, withoutUnwanted } from './toc.js';

export interface DumpSite {
  readonly context: RestoreContext & Pick<Context, 'pg'>;
  readonly store: Store;
  readonly manifest: Manifest;
}

/** Opens the file of this name, whatever its endings. Errors: those of `openStored`. */
export async function openFile({ context, store, manifest }: DumpSite, name: string): Promise<Opened> {
  const file = manifest.files.find(({ path }) => path.replace(/(\.zst|\.gz)?(\.age)?$/, '') === name);
  if (file === undefined) throw new OperatorError('VOPS-BACKUP-DAMAGED', `${manifest.id} has no ${name}`);
  const { encryption } = (await context.config()).backup;
  const keys = { identities: encryption?.identities ?? [] };
  return openStored({ store, manifest }, file.path, await encodingOf(file.path, keys, context));
}

/** What the manifest says of the database. @throws OperatorError VOPS-BACKUP-DAMAGED where it says nothing. */
export function factsOf({ id, database }: Manifest): BackedUpDatabase {
  if (database !== undefined) return database;
  throw new OperatorError('VOPS-BACKUP-DAMAGED', `${id} does not say what it is a dump of`);
}

/** pg_restore of the version that made the dump, or later. @throws OperatorError VOPS-TOOL-MISSING. */
export const findRestoreProgram = ({ context, manifest }: DumpSite): Promise<ClientProgram> =>
  findClientProgram(context, 'pg_restore', majorOf(factsOf(manifest)));

const majorOf = ({ programVersion }: BackedUpDatabase) => Number.parseInt(programVersion, 10);

export interface Load {
  /** The empty database. */
  readonly target: ConnectionChoice;
  /** Only its rows; of the other tables the definitions. */
  readonly table?: Pick<BackedUpTable, 'schema' | 'name'> | null;
  /** Of pg_restore, such as `--no-owner`. `roles` are those of the server. */
  readonly optionsFor: (entries: readonly TocEntry[], roles: ReadonlySet<string>) => readonly string[];
  /** What is done to the tables while they are empty. */
  readonly beforeRows?: () => Promise<void>;
}

/**
 * Restores the dump, but for extensions that cannot be had there, and resolves to their names. Errors: those of
 * `restoreDump`.
 */
export async function loadDump(site: DumpSite, load: Load): Promise<ReadonlySet<string>> {
  const { context, manifest } = site;
  const { target, table, optionsFor, beforeRows } = load;
  const facts = factsOf(manifest);
  const { names, roles, isSuperuser } = await context.pg(look, target);
  const extensions = new Set(facts.extensions.map(({ name }) => name).filter((name) => !names.has(name)));
  const program = await findRestoreProgram(site);
  const openDump = () => openFile(site, DUMP_NAME);
  const listed = parseToc(await listDump(context, { openDump, program }), roles);
  const all = withoutUnwanted(listed, { extensions, madeBy: majorOf(facts) });
  const entries = table ? onlyTable(all, table) : all;
  const { jobs } = (await context.config()).backup;
  await restoreDump(context, {
    openDump,
    program,
    target,
    isSuperuser,
    entries,
    sizeOf: sizesOf(facts),
    options: optionsFor(entries, roles),
    jobs,
    beforeRows,
  }).catch((error: unknown) => explainLack(error, extensions));
  return extensions;
}

/** What rests on an extension that is left out cannot be made there, which says nothing about the backup. */
function explainLack(error: unknown, extensions: ReadonlySet<string>): never {
  const isLack = error instanceof OperatorError && error.code === 'VOPS-TOOL-FAILED' && extensions.size > 0;
  if (!isLack || !/ does not exist/.test(error.message)) throw error;
  const names = [...extensions].join(', ');
  throw new OperatorError('VOPS-DB-DENIED', `${names} could not be created, and more rests on it: ${error.message}`, {
    hint: `as a superuser it can be, where the server has it: CREATE EXTENSION ${names}`,
    cause: error,
  });
}

const roleNames: Query<{ name: string }> = {
  sql: 'select rolname::text as name from pg_roles',
  row: z.object({ name: z.string() }),
};

/** What the server has to offer: extensions that can be created there, and roles; and what ours is. */
async function look(database: Database) {
  const namesOf = async (query: Query<{ name: string }>) =>
    new Set((await database.query(query)).map(({ name }) => name));
  const { isSuperuser } = only(await database.query(serverFacts));
  return { names: await namesOf(creatableExtensions), roles: await namesOf(roleNames), isSuperuser };
}

function sizesOf({ tables }: BackedUpDatabase): Restore['sizeOf'] {
  const sizes = new Map(tables.map((table) => [pathOf(table), table.sizeBytes]));
  return (entry) => sizes.get(pathOf(entry)) ?? 0;
}

/**
 * What differs between the database restored and the one backed up, by the same queries as in the snapshot of the dump.
 * Content is compared where the backup has it.
 */
export async function compareRestored(
  { context, manifest }: Pick<DumpSite, 'context' | 'manifest'>,
  { target, table }: Pick<Load, 'target' | 'table'>,
  withoutExtensions: ReadonlySet<string>,
): Promise<readonly Finding[]> {
  const wanted = factsOf(manifest).tables.filter((candidate) => !table || keyOf(candidate) === keyOf(table));
  const isWanted = new Map(wanted.map((candidate) => [keyOf(candidate), candidate]));
  const queryTimeout = (await context.config()).backup.timeout;
  const restored = await context.pg(
    async (database) => {
      await database.query(CANONICAL);
      const counted: BackedUpTable[] = [];
      for (const found of await database.query(dumpedTables, [true])) {
        const original = isWanted.get(keyOf(found));
        if (original) counted.push(await countTable(database.query, found, original.content !== null));
      }
      return counted;
    },
    { ...target, queryTimeout },
  );
  return compareTables(wanted, restored, withoutExtensions);
}

const keyOf = ({ schema, name }: Pick<DumpedTable, 'schema' | 'name'>) => `${schema}\0${name}`;
