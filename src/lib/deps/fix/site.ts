/** Where a run works: a directory of its own in the state directory, and a note of what a crash would leave. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { appendAudit, personActing } from '../../audit/index.js';
import type { Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import { ensurePrivateDirectory, writeFileAtomic } from '../../files/index.js';
import { createExecute, withLock } from '../../process/index.js';
import type { Finding, Outcome } from '../../status.js';
import { git } from './git.js';

export type FixContext = Pick<
  Context,
  'config' | 'dryRun' | 'env' | 'exec' | 'log' | 'now' | 'redactor' | 'runId' | 'signal' | 'state'
>;

/** What was made outside the run's directory. */
const Note = z.object({
  /** Top directory of the repository. */
  repository: z.string(),
  branch: z.string(),
  /** True once the branch holds a fix that passed the tests: it stays. */
  isKept: z.boolean(),
});
export type Note = z.infer<typeof Note>;

export const workDirectory = async ({ state, runId }: Pick<Context, 'state' | 'runId'>): Promise<string> =>
  join(await state(), 'deps-fix', runId);

/** As the name of a working tree in the run's directory. */
export const TREE = 'tree';
const NOTE = 'note.json';

export const writeNote = (work: string, note: Note): Promise<void> =>
  writeFileAtomic(join(work, NOTE), JSON.stringify(note));

/** One fix at a time; the run's directory is gone at its end, however that comes. Errors: `VOPS-LOCK-BUSY`. */
export async function withWorkDirectory<Result>(
  context: FixContext,
  use: () => Promise<Outcome<Result>>,
): Promise<Outcome<Result>> {
  const work = await workDirectory(context);
  await ensurePrivateDirectory(join(work, '..'));
  const holder = { command: 'deps fix', runId: context.runId, startedAt: context.now().toISOString() };
  const lock = { waitMs: 0, signal: context.signal, holder };
  return withLock(join(work, '..', 'lock'), lock, async () => {
    const mended = await mendLeftovers(context, join(work, '..'));
    await ensurePrivateDirectory(work);
    try {
      const outcome = await use();
      return { ...outcome, findings: [...outcome.findings, ...mended] };
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
}

/** Under the lock whatever lies there is of a run that was killed. A dry run only tells. */
async function mendLeftovers(context: FixContext, directory: string): Promise<readonly Finding[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const left = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  if (left.length === 0) return [];
  if (context.dryRun) return [interrupted(left, 'the next run that is no dry run clears away what it left')];
  const kept: string[] = [];
  for (const name of left) kept.push(...(await clearAway(context, join(directory, name))));
  const entry = { actor: personActing(context), action: 'deps.fix-mended', subject: left.join(', ') };
  await appendAudit(context, { ...entry, outcome: 'what a killed run had left was cleared away' });
  const branches = kept.length === 0 ? 'nothing of it was kept' : `tested and kept: ${kept.join(', ')}`;
  return [interrupted(left, `what it had left was cleared away; ${branches}`)];
}

const interrupted = (runs: readonly string[], consequence: string): Finding => ({
  code: 'VOPS-DEPS-FIX-INTERRUPTED',
  severity: 'info',
  message: `an earlier fix was killed (${runs.join(', ')}); ${consequence}`,
});

/** Branches that stay. */
async function clearAway(context: FixContext, work: string): Promise<readonly string[]> {
  const note = await readNote(work);
  if (note) await removeTree(context, work, note);
  await rm(work, { recursive: true, force: true });
  return note?.isKept ? [note.branch] : [];
}

async function readNote(work: string): Promise<Note | undefined> {
  const text = await readFile(join(work, NOTE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Note.parse(JSON.parse(text));
}

/** The working tree goes, and with it a branch that nobody is to merge. Also after an abort. */
export async function removeTree(
  { env, log }: Pick<FixContext, 'env' | 'log'>,
  work: string,
  { repository, branch, isKept }: Note,
): Promise<void> {
  const exec = createExecute({ env, signal: new AbortController().signal });
  const attempts = [
    ['worktree', 'remove', '--force', '--force', join(work, TREE)],
    ['worktree', 'prune'],
    ...(isKept ? [] : [['branch', '--delete', '--force', branch]]),
  ];
  for (const args of attempts) {
    try {
      await git(exec, repository, args);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      log.debug(error.message); // not made yet, or gone already
    }
  }
}
