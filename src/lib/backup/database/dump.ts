/** The dump itself: pg_dump in a row with the compressor. */
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ConnectionChoice, Context } from '../../context.js';
import { abortReason, OperatorError } from '../../errors.js';
import { libpqEnvironment, sessionOptions } from '../../pg/libpq.js';
import type { ClientProgram } from '../../pg/programs.js';
import type { WrittenFile } from '../catalogue.js';
import type { Encoding } from '../encoding.js';
import { writeStored } from '../stored.js';

export type DumpContext = Pick<Context, 'config' | 'elapsed' | 'env' | 'log' | 'progress' | 'runId' | 'signal'>;

export interface DumpSite {
  readonly directory: string;
  readonly encoding: Encoding;
  readonly program: ClientProgram;
  readonly source: ConnectionChoice;
  /** Whether the role there is one. */
  readonly isSuperuser: boolean;
  /** Exported by a session that stays in its transaction meanwhile. */
  readonly snapshot: string;
  /** What it is expected to come to, for the bar. */
  readonly expectedBytes: number;
}

export const DUMP_NAME = 'database.dump';
export const GLOBALS_NAME = 'globals.sql';
export const DUMP_TASK = 'db backup';

/**
 * Dumps the snapshot into `database.dump` + endings: pg_dump's custom format, unpacked by itself, so that
 * `zstd -dc database.dump.zst | pg_restore` restores it without us.
 * Errors: those of `writeStored`; VOPS-TOOL-FAILED when nothing comes for `backup.idleTimeout`.
 */
export async function dumpDatabase(context: DumpContext, site: DumpSite, signal: AbortSignal): Promise<WrittenFile> {
  const { backup } = await context.config();
  const { directory, encoding, program, source, snapshot, expectedBytes } = site;
  const args = ['-Fc', '-Z0', '-w', `--snapshot=${snapshot}`, `--lock-wait-timeout=${backup.lockTimeout}`];
  const env = { ...(await libpqEnvironment(context, 'pg_dump', source)), PGOPTIONS: sessionOptions({}, site) };
  const watchdog = watchIdleness(signal, backup.idleTimeout);
  let doneBytes = 0;
  const onProgress = (bytes: number) => {
    watchdog.stir();
    doneBytes += bytes;
    const share = Math.min(0.99, doneBytes / expectedBytes);
    context.progress.update(DUMP_TASK, { share, text: 'dumping' });
  };
  try {
    const content = { programs: [{ file: program.path, args, env, isBulk: true }] };
    const options = { encoding, signal: watchdog.signal, timeoutMs: backup.timeout, onProgress };
    return await writeStored({ directory, name: DUMP_NAME }, content, options);
  } finally {
    watchdog.release();
  }
}

/** Aborts when nothing has stirred for so long: a program can wait for ever for a network that is gone. */
function watchIdleness(signal: AbortSignal, idleMs: number) {
  const controller = new AbortController();
  const follow = () => controller.abort(abortReason(signal));
  signal.addEventListener('abort', follow, { once: true });
  if (signal.aborted) follow();
  const expire = () => {
    const hint = 'see what it waits for: viktoria-ops db locks; or raise backup.idleTimeout';
    controller.abort(
      new OperatorError('VOPS-TOOL-FAILED', `pg_dump stood still for ${idleMs / 60_000} min and was ended`, { hint }),
    );
  };
  const timer = setTimeout(expire, idleMs);
  return {
    signal: controller.signal,
    stir: () => void timer.refresh(),
    release: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', follow);
    },
  };
}

/**
 * Roles, their memberships and tablespaces, which belong to the cluster and are in no dump of a database; without
 * passwords. Undefined where they cannot be had: the dump is whole without them.
 */
export async function dumpGlobals(
  context: DumpContext,
  {
    directory,
    encoding,
    source,
    plan,
  }: Pick<DumpSite, 'directory' | 'encoding' | 'source'> & { readonly plan: Pick<DumpSite, 'program'> },
): Promise<WrittenFile | undefined> {
  const { database } = await context.config();
  const env = await libpqEnvironment(context, 'pg_dumpall', source);
  // Its own way to name the database to log in to: it does not look at PGDATABASE.
  const args = ['--globals-only', '--no-role-passwords', '-w', '-l', env.PGDATABASE ?? database.database];
  // It comes with pg_dump, and lies beside it.
  const file = join(dirname(plan.program.path), 'pg_dumpall');
  const content = { programs: [{ file, args, env }] };
  const options = { encoding, signal: context.signal, timeoutMs: GLOBALS_TIMEOUT_MS };
  try {
    return await writeStored({ directory, name: GLOBALS_NAME }, content, options);
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== 'VOPS-TOOL-FAILED') throw error;
    context.log.warn(`roles and tablespaces are not in the backup: ${error.message}`);
    await rm(join(directory, GLOBALS_NAME + encoding.endings), { force: true }); // no manifest would name that part
    return undefined;
  }
}

const GLOBALS_TIMEOUT_MS = 60_000;
