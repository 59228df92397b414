/**
 * A dump into an empty database: definitions first, then rows and keys by several sessions, then indexes and constraints
 * side by side. Every session reads the dump as a stream of its own, so nothing is unpacked to the disk, or decrypted to it.
 */
import type { Readable } from 'node:stream';
import type { ConnectionChoice, Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import { inMemory, withNamelessFile } from '../../files/index.js';
import { libpqEnvironment, sessionOptions } from '../../pg/libpq.js';
import type { ClientProgram } from '../../pg/programs.js';
import { startChain } from '../../process/chain.js';
import { contentOf, type Opened } from '../stored.js';
import { faultOfServer } from './server-fault.js';
import { shareOut, type TocEntry, writeToc } from './toc.js';

export type RestoreContext = Pick<Context, 'config' | 'env' | 'progress' | 'runId' | 'signal'>;

/** A dump that can be read from its beginning as often as is needed. */
type OpenDump = () => Promise<Opened>;

export interface Restore {
  readonly openDump: OpenDump;
  /** pg_restore. */
  readonly program: ClientProgram;
  /** The empty database. */
  readonly target: ConnectionChoice;
  /** Whether the role there is one. */
  readonly isSuperuser: boolean;
  /** What to restore, of the dump's table of contents. */
  readonly entries: readonly TocEntry[];
  /** Bytes of the rows of an entry, to share them out. */
  readonly sizeOf: (entry: TocEntry) => number;
  /** Such as `--no-owner`. */
  readonly options: readonly string[];
  readonly jobs: number;
  /** What is done to the tables while they are empty. */
  readonly beforeRows?: (() => Promise<void>) | undefined;
}

/** Lists what is in the dump, reading no more than its beginning. Errors: VOPS-TOOL-FAILED, VOPS-BACKUP-…. */
export async function listDump(
  { signal }: Pick<Context, 'signal'>,
  { openDump, program }: Pick<Restore, 'openDump' | 'program'>,
): Promise<string> {
  const { input, programs } = await openDump();
  const list = { file: program.path, args: ['--list'] };
  return collect(startChain([...programs, list], { input, signal, mayEndEarly: true }));
}

async function collect({ output, ended }: ReturnType<typeof startChain>): Promise<string> {
  let text = '';
  for await (const chunk of output ?? []) text += chunk;
  await ended;
  return text;
}

/** Restores it. At the first error it ends. Errors: VOPS-TOOL-FAILED with the words of pg_restore, VOPS-BACKUP-…. */
export async function restoreDump(context: RestoreContext, restore: Restore): Promise<void> {
  const { entries, jobs, sizeOf } = restore;
  context.progress.update(RESTORE_TASK, { share: null, text: 'definitions' });
  await runSection(context, restore, { section: 'pre-data', entries });
  await restore.beforeRows?.();
  context.progress.update(RESTORE_TASK, { share: null, text: 'rows' });
  const shares = shareOut(entries, jobs, sizeOf);
  await besides(
    context,
    shares.map(({ rows, keys }) => async (own) => {
      await runSection(own, restore, { section: 'data', entries: rows });
      // Rather than wait for those who still load.
      if (keys.length > 0) await runSection(own, restore, { section: 'post-data', entries: keys });
    }),
  );
  context.progress.update(RESTORE_TASK, { share: null, text: 'indexes and constraints' });
  const isDone = new Set(shares.flatMap(({ keys }) => keys));
  await runSection(context, restore, { section: 'post-data', entries: entries.filter((entry) => !isDone.has(entry)) });
}

export const RESTORE_TASK = 'restore';

/** Runs them side by side; the first to fail ends the others. */
async function besides(
  context: RestoreContext,
  works: readonly ((own: RestoreContext) => Promise<void>)[],
): Promise<void> {
  const all = new AbortController();
  const signal = AbortSignal.any([context.signal, all.signal]);
  const running = works.map((work) =>
    work({ ...context, signal }).catch((error: unknown) => {
      all.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(running);
  await Promise.all(running);
}

interface Section {
  readonly section: 'pre-data' | 'data' | 'post-data';
  readonly entries: readonly TocEntry[];
}

async function runSection(context: RestoreContext, restore: Restore, { section, entries }: Section): Promise<void> {
  const { openDump, program, target, options, jobs } = restore;
  const env = {
    ...(await libpqEnvironment(context, 'pg_restore', target)),
    PGOPTIONS: sessionOptions(SESSION, restore),
  };
  const { timeout } = (await context.config()).backup;
  await withNamelessFile(writeToc(entries), async (list) => {
    const args = ['--exit-on-error', '-w', `--section=${section}`, ...options, '-L', '/dev/fd/3', '-d', named(env)];
    const run = { file: program.path, args, env, files: [list], isBulk: section === 'data' };
    const limits = { signal: context.signal, timeoutMs: timeout, mayEndEarly: true };
    if (section === 'post-data' && jobs > 1 && (await inMemory())) {
      return withNamelessFile(await headOf(context, restore), (head) => {
        const side = { ...run, args: [...args, '-j', String(jobs), '/dev/fd/4'], files: [list, head] };
        return startChain([side], limits).ended.catch(explainRestore);
      });
    }
    const { input, programs } = await openDump();
    return startChain([...programs, run], { ...limits, input }).ended.catch(explainRestore);
  });
}

/** Whatever the role has by default: that of dumps is to write nothing. */
const SESSION = {
  default_transaction_read_only: 'off',
  statement_timeout: '0',
  synchronous_commit: 'off',
  maintenance_work_mem: '128MB',
};

function explainRestore(error: unknown): never {
  if (!(error instanceof OperatorError) || error.code !== 'VOPS-TOOL-FAILED') throw error;
  throw faultOfServer(error.message, error) ?? error;
}

/** As a setting: a bare name with `=` in it would be taken for settings. */
const named = ({ PGDATABASE = '' }: Readonly<Record<string, string>>) =>
  `dbname='${PGDATABASE.replace(/[\\']/g, (character) => `\\${character}`)}'`;

/** A table of contents takes a few hundred bytes an object: some for a thousand of them, and for a million. */
const HEAD_BYTES = [2 ** 21, 2 ** 25, 2 ** 29] as const;

/**
 * The beginning of the dump as far as its table of contents goes. That is all pg_restore reads for indexes and
 * constraints, but only of a file can it do them side by side.
 */
async function headOf({ signal }: RestoreContext, { openDump, program }: Restore): Promise<Buffer> {
  for (const bytes of HEAD_BYTES) {
    const head = await readHead(contentOf(await openDump(), signal), bytes);
    const isWhole = await withNamelessFile(head, (input) =>
      collect(startChain([{ file: program.path, args: ['--list'] }], { input, signal })).then(
        () => true,
        () => false,
      ),
    );
    if (isWhole) return head;
  }
  throw new OperatorError('VOPS-BACKUP-DAMAGED', 'the table of contents of the dump has no end');
}

async function readHead(stream: Readable, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= bytes) break; // which destroys the stream
  }
  return Buffer.concat(chunks);
}
