/** Proves a dump: read from end to end by pg_restore, then restored into a database of its own and compared. */
import * as z from 'zod';
import type { ConnectionChoice } from '../../context.js';
import { formatBytes } from '../../measures.js';
import { findFreeSpace } from '../../pg/free-space.js';
import { only } from '../../pg/only.js';
import { startChain } from '../../process/chain.js';
import type { Finding } from '../../status.js';
import { DUMP_NAME, GLOBALS_NAME } from '../database/dump.js';
import { compareRestored, factsOf, findRestoreProgram, loadDump, openFile } from '../database/load.js';
import { RESTORE_TASK } from '../database/restore.js';
import { withScratchDatabase } from '../database/scratch.js';
import { findServer } from '../database/server.js';
import { withoutWriteAheadLog } from '../database/unlogged.js';
import type { BackedUpDatabase } from '../manifest.js';
import { contentOf } from '../stored.js';
import { checkStructure } from './amcheck.js';
import type { Provers, VerifyContext, VerifySite } from './site.js';

export const databaseProvers: Provers = { 2: readWhole, 3: restoreAndCompare, restoresAllItReads: true };

async function readWhole(site: VerifySite): Promise<readonly Finding[]> {
  const { context, manifest } = site;
  const { signal } = context;
  const program = await findRestoreProgram(site);
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

/** What no scratch database needs: it belongs to us, nobody else uses it, and it must not subscribe to anything. */
const BARE = ['--no-owner', '--no-privileges', '--no-tablespaces', '--no-publications', '--no-subscriptions'];

async function restoreAndCompare(site: VerifySite): Promise<readonly Finding[]> {
  const { context, manifest } = site;
  const facts = factsOf(manifest);
  const server = await findServer(context, { url: (await context.config()).backup.verifyUrl });
  const obstacle = await findObstacle(context, facts, server);
  if (obstacle) return [obstacle];
  context.progress.start(RESTORE_TASK);
  return withScratchDatabase(context, { like: facts, server }, async (target) => {
    const beforeRows = () => withoutWriteAheadLog(context, target);
    const leftOut = await loadDump(site, { target, optionsFor: () => BARE, beforeRows });
    context.progress.update(RESTORE_TASK, { share: null, text: 'counting' });
    const differences = await compareRestored(site, { target }, leftOut);
    const damage = differences.length > 0 ? [] : await checkStructure(context, target);
    return [...differences, ...damage];
  }).finally(() => context.progress.finish(RESTORE_TASK, 'done'));
}

/** A restored database has its indexes too, and needs room to build them. */
const SPACE_FACTOR = 1.3;

const mayCreate = {
  sql: `
    select rolcreatedb or rolsuper as may, quote_ident(rolname) as role, pg_is_in_recovery() as "isStandby"
    from pg_roles where rolname = current_user`,
  row: z.object({ may: z.boolean(), role: z.string(), isStandby: z.boolean() }),
};

async function findObstacle(
  context: VerifyContext,
  { sizeBytes }: BackedUpDatabase,
  server: ConnectionChoice,
): Promise<Finding | undefined> {
  const cannot = (message: string, hint: string) =>
    ({ code: 'VOPS-BACKUP-UNPROVEN', severity: 'unknown', message, hint }) as const;
  return context.pg(async (database) => {
    const { may, role, isStandby } = only(await database.query(mayCreate));
    if (isStandby)
      return cannot('a standby takes no database to restore into', 'set backup.verifyUrl to another server');
    if (!may) {
      const hint = `as a superuser: ALTER ROLE ${role} CREATEDB; or set backup.verifyUrl`;
      return cannot(`role ${role} may not create the database to restore into`, hint);
    }
    const free = server.url === undefined ? await findFreeSpace(context, database, 0) : undefined;
    const needed = sizeBytes * SPACE_FACTOR;
    if (free === undefined || free >= needed) return undefined;
    const message = `a restore needs ${formatBytes(needed)} on the server, and ${formatBytes(free)} are free`;
    return cannot(message, 'set backup.verifyUrl to a server with more room');
  }, server);
}
