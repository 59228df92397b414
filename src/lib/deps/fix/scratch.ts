/** A copy of the backend in which a fix is tried: the one in use is not touched until all is well. */
import { copyFile, cp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { OperatorError } from '../../errors.js';
import { ensurePrivateDirectory, fileError, writeFileAtomic } from '../../files/index.js';
import type { LockFile } from '../manager.js';
import { git, type Repository } from './git.js';
import { read, sha256 } from './plan.js';
import type { DependencyFix } from './result.js';
import { type FixContext, removeTree, TREE, writeNote } from './site.js';

export interface Scratch {
  /** The backend in it. */
  readonly directory: string;
  /** Makes the fix last, with this message; tells where. */
  readonly keep: (message: string) => Promise<Pick<DependencyFix, 'branch' | 'backup'>>;
  /** Leaves nothing of it; also after `keep`, whose work then stays. */
  readonly close: () => Promise<void>;
}

export interface ScratchOptions {
  readonly root: string;
  readonly lock: LockFile;
  /** The run's directory. */
  readonly work: string;
}

/** A working tree on a branch of its own. What is not in git, such as `.env`, is not in it. */
export async function branchScratch(
  context: FixContext,
  { top, prefix }: Repository,
  { lock, work }: ScratchOptions,
): Promise<Scratch> {
  const branch = `deps-fix-${context.now().toISOString().slice(0, 10)}-${context.runId}`;
  const [tree, directory] = [join(work, TREE), join(work, TREE, prefix)];
  let note = { repository: top, branch, isKept: false };
  await writeNote(work, note); // before there is anything that a crash could leave
  const close = () => removeTree(context, work, note);
  try {
    await git(context.exec, top, ['worktree', 'add', '-b', branch, tree, 'HEAD']);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    directory,
    close,
    keep: async (message) => {
      await git(context.exec, directory, ['add', '--', lock]);
      await git(context.exec, directory, [...AUTHOR, 'commit', '--no-verify', '--quiet', '-m', message]);
      note = { ...note, isKept: true };
      await writeNote(work, note);
      return { branch, backup: null };
    },
  };
}

const AUTHOR = ['-c', 'user.name=viktoria-ops', '-c', 'user.email=viktoria-ops@localhost'] as const;

/** Large, or made anew by the installation; by name at the top of the backend. */
const NOT_COPIED: ReadonlySet<string> = new Set(['node_modules', '.git', '.cache', '.tmp', 'dist', 'build', 'logs']);

/** Without git: a copy of the files. What lasts of it is the lock file, in the place of the old one. */
export async function copyScratch(context: FixContext, { root, lock, work }: ScratchOptions): Promise<Scratch> {
  const directory = join(work, TREE);
  const before = sha256(await read(join(root, lock)));
  const isCopied = (path: string) => path !== join(root, basename(path)) || !NOT_COPIED.has(basename(path));
  try {
    await cp(root, directory, { recursive: true, verbatimSymlinks: true, filter: isCopied });
  } catch (error) {
    throw fileError('copy', root, error);
  }
  return {
    directory,
    close: async () => {}, // it lies in the run's directory
    keep: async () => {
      if (sha256(await read(join(root, lock))) !== before) throw changedMeanwhile(join(root, lock));
      const backups = join(await context.state(), 'deps-backups');
      await ensurePrivateDirectory(backups);
      const backup = join(backups, `${context.now().toISOString().replaceAll(/[-:.]/g, '')}-${context.runId}-${lock}`);
      await copyFile(join(root, lock), backup);
      await writeFileAtomic(join(root, lock), await read(join(directory, lock)), { mode: 0o644 });
      return { branch: null, backup };
    },
  };
}

const changedMeanwhile = (path: string) =>
  new OperatorError('VOPS-DEPS-UNCLEAN', `${path} was changed while the fix was tested: it is left as it is`, {
    hint: 'run it again',
  });
