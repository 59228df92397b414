/** Carries out `db backup`: one snapshot, dumped and counted side by side; then read back, named and kept. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConnectionChoice, Context } from '../../context.js';
import { abortReason, OperatorError } from '../../errors.js';
import type { MaintenanceSession } from '../../pg/index.js';
import { lockDatabase } from '../../pg/maintenance-lock.js';
import { only } from '../../pg/only.js';
import { dumpedDatabase } from '../../pg/queries/dumped-database.js';
import { serverFacts } from '../../pg/queries/server-facts.js';
import type { Outcome } from '../../status.js';
import { type Backup, createBackup, type Written } from '../catalogue.js';
import { chooseEncoding, type Encoding } from '../encoding.js';
import { type BackedUpTable, sizeOf } from '../manifest.js';
import { countTable } from './count.js';
import { DUMP_TASK, type DumpContext, dumpDatabase, dumpGlobals } from './dump.js';
import type { DatabaseBackup } from './plan.js';
import { type Snapshot, withSnapshot } from './snapshot.js';
import { databaseSource } from './source.js';

export type BackupContext = DumpContext & Pick<Context, 'interactive' | 'maintenance' | 'now' | 'pg'>;

/**
 * Makes the backup that was planned; none where the plan has an error.
 * @throws OperatorError VOPS-LOCK-BUSY, VOPS-DB-POOLED, `VOPS-DB-…`, VOPS-TOOL-FAILED, VOPS-DISK-FULL: nothing is left.
 */
export async function makeDatabaseBackup(
  context: BackupContext,
  plan: DatabaseBackup,
  { lockWaitMs, source = {} }: { readonly lockWaitMs: number; readonly source?: ConnectionChoice },
): Promise<Backup> {
  const { backup, database } = await context.config();
  const encoding = await chooseEncoding(backup, context);
  context.progress.start(DUMP_TASK);
  const made = await context.maintenance(async (session) => {
    await lockDatabase(session, context, { waitMs: lockWaitMs });
    const draft = {
      kind: 'database',
      name: plan.name,
      source: databaseSource(database, plan.database),
      notes: [],
      createdAt: context.now(),
      recipients: backup.encryption?.recipients,
    } as const;
    return createBackup(backup.directory, draft, (directory) =>
      write(context, session, { directory, encoding, plan, source }),
    );
  }, source);
  context.progress.finish(DUMP_TASK, `${sizeOf(made.manifest)} bytes in ${made.path}`);
  return made;
}

interface Site {
  readonly directory: string;
  readonly encoding: Encoding;
  readonly plan: DatabaseBackup;
  readonly source: ConnectionChoice;
}

async function write(context: BackupContext, session: MaintenanceSession, site: Site): Promise<Written> {
  const dumping = retryLocks(context, site, () =>
    withSnapshot(context, { session, source: site.source }, (snapshot) =>
      dumpAndCount(context, session, { ...site, snapshot }),
    ),
  );
  const roles = dumpGlobals(context, site);
  await Promise.allSettled([dumping, roles]); // nobody writes into the directory any more
  const [taken, globals] = [await dumping, await roles];
  return { ...taken, files: [...taken.files, ...(globals ? [globals] : [])] };
}

/** How often a lock that somebody else wants between ours and pg_dump's is tried again. */
const ATTEMPTS = 3;

async function retryLocks<T>({ signal, log }: BackupContext, { directory, encoding }: Site, attempt: () => Promise<T>) {
  for (let number = 1; ; number++) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || number === ATTEMPTS || !isLockTimeout(error)) throw error;
      log.warn(`pg_dump did not get its locks; attempt ${number + 1} of ${ATTEMPTS}`);
      await rm(join(directory, `database.dump${encoding.endings}`), { force: true });
    }
  }
}

/** pg_dump's own lock timeout surfaces as a statement timeout of its LOCK TABLE. */
const isLockTimeout = (error: unknown) =>
  error instanceof OperatorError &&
  error.code === 'VOPS-TOOL-FAILED' &&
  /canceling statement due to (lock|statement) timeout/.test(error.message);

type Taking = Site & { readonly snapshot: Snapshot };

async function dumpAndCount(context: BackupContext, session: MaintenanceSession, taking: Taking): Promise<Written> {
  const { directory, encoding, plan, source, snapshot } = taking;
  const { program, expectedBytes } = plan;
  const both = new AbortController(); // neither goes on without the other
  const follow = () => both.abort(abortReason(context.signal));
  context.signal.addEventListener('abort', follow, { once: true });
  const end = <T>(part: Promise<T>) =>
    part.catch((error: unknown) => {
      both.abort(error);
      throw error;
    });
  try {
    const { isSuperuser } = only(await session.query(serverFacts));
    const site = { directory, encoding, program, source, isSuperuser, snapshot: snapshot.id, expectedBytes };
    const dumping = end(dumpDatabase(context, site, both.signal));
    const counting = end(countAll(context, session, { snapshot, signal: both.signal }));
    await Promise.allSettled([dumping, counting]);
    const [dump, counted] = await Promise.all([dumping, counting]);
    const { versionNumber: _, ...about } = counted.about;
    const database = { ...about, programVersion: program.version, tables: counted.tables };
    return { files: [dump], about: { database } };
  } finally {
    context.signal.removeEventListener('abort', follow);
  }
}

/** In the session that holds the locks: another would queue behind whoever waits for them. */
async function countAll(
  context: BackupContext,
  session: MaintenanceSession,
  { snapshot, signal }: { readonly snapshot: Snapshot; readonly signal: AbortSignal },
) {
  const { fingerprintUpTo, timeout, lockTimeout } = (await context.config()).backup;
  const limits = { timeoutMs: timeout, lockTimeoutMs: lockTimeout, signal };
  const about = only(await session.ask(dumpedDatabase, limits));
  const tables: BackedUpTable[] = [];
  for (const table of snapshot.tables) {
    const withContent = table.sizeBytes <= fingerprintUpTo;
    tables.push(await countTable((query) => session.ask(query, limits), table, withContent));
  }
  return { about, tables };
}

/** What the plan has become. */
export function describeBackup(plan: Outcome<DatabaseBackup>, { manifest, path }: Backup): DatabaseBackup {
  const tables = manifest.database?.tables ?? [];
  return {
    ...plan.result,
    id: manifest.id,
    path,
    tables: tables.length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    sizeBytes: sizeOf(manifest),
    durationMs: manifest.durationMs ?? null,
  };
}
