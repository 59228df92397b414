/** Proves a dump: read from end to end by pg_restore, then restored into a database of its own and compared. */
import * as z from 'zod';
import type { ConnectionChoice } from '../../context.js';
import { OperatorError } from '../../errors.js';
import { formatBytes } from '../../measures.js';
import { findFreeSpace } from '../../pg/free-space.js';
import { only } from '../../pg/only.js';
import { type ClientProgram, findClientProgram } from '../../pg/programs.js';
import { creatableExtensions } from '../../pg/queries/creatable-extensions.js';
import { type DumpedTable, dumpedTables } from '../../pg/queries/dumped-tables.js';
import { startChain } from '../../process/chain.js';
import type { Finding } from '../../status.js';
import { CANONICAL, countTable } from '../database/count.js';
import { DUMP_NAME, GLOBALS_NAME } from '../database/dump.js';
import { listDump, RESTORE_TASK, type Restore, restoreDump } from '../database/restore.js';
import { withScratchDatabase } from '../database/scratch.js';
import { parseToc, withoutUnwanted } from '../database/toc.js';
import { encodingOf } from '../encoding.js';
import type { BackedUpDatabase, BackedUpTable, Manifest } from '../manifest.js';
import { contentOf, type Opened, openStored } from '../stored.js';
import { checkStructure } from './amcheck.js';
import { compareTables } from './compare.js';
import type { Provers, VerifyContext, VerifySite } from './site.js';

export const databaseProvers: Provers = { 2: readWhole, 3: restoreAndCompare };

async function readWhole(site: VerifySite): Promise<readonly Finding[]> {
  const { context, manifest } = site;
  const { signal } = context;
  const program = await restoreProgram(context, factsOf(manifest));
  const { timeout } = (await context.config()).backup;
  const { input, programs } = await openFile(site, DUMP_NAME);
  const read = { file: program.path, args: ['-f', '/dev/null'] };
  await startChain([...programs, read], { input, signal, timeoutMs: timeout }).ended;
  if (manifest.files.some(({ path }) => path.startsWith(GLOBALS_NAME))) {
    for await (const _ of contentOf(await openFile(site, GLOBALS_NAME), signal)) {
      // read to its end, where its checksum is compared
    }
  }
  return [];
}

/** Opens the file of this name, whatever its endings. */
export async function openFile({ context, store, manifest }: VerifySite, name: string): Promise<Opened> {
  const file = manifest.files.find(({ path }) => path.replace(/(\.zst|\.gz)?(\.age)?$/, '') === name);
  if (file === undefined) throw new OperatorError('VOPS-BACKUP-DAMAGED', `${manifest.id} has no ${name}`);
  const { encryption } = (await context.config()).backup;
  const keys = { identities: encryption?.identities ?? [] };
  return openStored({ store, manifest }, file.path, await encodingOf(file.path, keys, context));
}

export function factsOf({ id, database }: Manifest): BackedUpDatabase {
  if (database === undefined) throw new OperatorError('VOPS-BACKUP-DAMAGED', `${id} does not say what it is a dump of`);
  return database;
}

/** Of the version that made the dump, or later. */
export const restoreProgram = (context: VerifyContext, { programVersion }: BackedUpDatabase): Promise<ClientProgram> =>
  findClientProgram(context, 'pg_restore', Number.parseInt(programVersion, 10));

/** A restored database has its indexes too, and needs room to build them. */
const SPACE_FACTOR = 1.3;

async function restoreAndCompare(site: VerifySite): Promise<readonly Finding[]> {
  const { context, manifest } = site;
  const facts = factsOf(manifest);
  const server: ConnectionChoice = { url: (await context.config()).backup.verifyUrl };
  const obstacle = await findObstacle(context, facts, server);
  if (obstacle) return [obstacle];
  context.progress.start(RESTORE_TASK);
  return withScratchDatabase(context, { like: facts, server }, async (scratch) => {
    const leftOut = await restoreInto(site, scratch);
    context.progress.update(RESTORE_TASK, { share: null, text: 'counting' });
    const restored = await countRestored(context, facts, scratch);
    const differences = compareTables(facts.tables, restored, leftOut);
    const damage = differences.length > 0 ? [] : await checkStructure(context, scratch);
    return [...differences, ...damage];
  }).finally(() => context.progress.finish(RESTORE_TASK, 'done'));
}

async function findObstacle(
  context: VerifyContext,
  { sizeBytes }: BackedUpDatabase,
  server: ConnectionChoice,
): Promise<Finding | undefined> {
  const cannot = (message: string, hint: string): Finding => ({
    code: 'VOPS-BACKUP-UNPROVEN',
    severity: 'unknown',
    message,
    hint,
  });
  return context.pg(async (database) => {
    const { mayCreate, role } = only(await database.query(MAY_CREATE));
    if (!mayCreate) {
      return cannot(
        `role ${role} may not create the database to restore into`,
        `as a superuser: ALTER ROLE ${role} CREATEDB; or set backup.verifyUrl`,
      );
    }
    const free = server.url === undefined ? await findFreeSpace(context, database, 0) : undefined;
    if (free === undefined || free >= sizeBytes * SPACE_FACTOR) return undefined;
    const needs = `a restore needs ${formatBytes(sizeBytes * SPACE_FACTOR)} on the server, and ${formatBytes(free)} are free`;
    return cannot(needs, 'set backup.verifyUrl to a server with more room');
  }, server);
}

const MAY_CREATE = {
  sql: `select rolcreatedb or rolsuper as "mayCreate", quote_ident(rolname) as role from pg_roles where rolname = current_user`,
  row: z.object({ mayCreate: z.boolean(), role: z.string() }),
};

/** Restores all but what no scratch database needs. Resolves to the extensions left out. */
async function restoreInto(site: VerifySite, scratch: ConnectionChoice): Promise<ReadonlySet<string>> {
  const { context, manifest } = site;
  const facts = factsOf(manifest);
  const creatable = new Set(
    (await context.pg((database) => database.query(creatableExtensions), scratch)).map(({ name }) => name),
  );
  const extensions = new Set(facts.extensions.map(({ name }) => name).filter((name) => !creatable.has(name)));
  const program = await restoreProgram(context, facts);
  const openDump = () => openFile(site, DUMP_NAME);
  const toc = parseToc(await listDump(context, { openDump, program }));
  const restore: Restore = {
    openDump,
    program,
    target: scratch,
    entries: withoutUnwanted(toc, { extensions }),
    sizeOf: sizesOf(facts),
    options: ['--no-owner', '--no-privileges', '--no-tablespaces', '--no-publications', '--no-subscriptions'],
    jobs: (await context.config()).backup.jobs,
  };
  await restoreDump(context, restore);
  return extensions;
}

export function sizesOf({ tables }: BackedUpDatabase): Restore['sizeOf'] {
  const sizes = new Map(tables.map(({ schema, name, sizeBytes }) => [`${schema} ${name}`, sizeBytes]));
  return ({ schema, name }) => sizes.get(`${schema} ${name}`) ?? 0;
}

/** By the same queries as in the snapshot of the dump; content where the backup has it. */
async function countRestored(
  context: VerifyContext,
  facts: BackedUpDatabase,
  scratch: ConnectionChoice,
): Promise<readonly BackedUpTable[]> {
  const fingerprinted = new Set(facts.tables.filter(({ content }) => content !== null).map(keyOf));
  const queryTimeout = (await context.config()).backup.timeout;
  return context.pg(
    async (database) => {
      await database.query(CANONICAL);
      const counted: BackedUpTable[] = [];
      for (const table of await database.query(dumpedTables)) {
        counted.push(await countTable(database.query, table, fingerprinted.has(keyOf(table))));
      }
      return counted;
    },
    { ...scratch, queryTimeout },
  );
}

const keyOf = ({ schema, name }: Pick<DumpedTable, 'schema' | 'name'>) => `${schema}\0${name}`;
