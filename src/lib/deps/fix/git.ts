/** The repository of the backend. */
import type { Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import { runGit } from '../../process/index.js';
import type { LockFile } from '../manager.js';

const LIMITS = { timeoutMs: 120_000 } as const;

export interface Repository {
  /** Its top directory. */
  readonly top: string;
  /** The backend in it: '' or `backend/`. */
  readonly prefix: string;
}

type Exec = Context['exec'];

/** What git says, without the line end. Errors: `VOPS-TOOL-FAILED`, `VOPS-TOOL-MISSING`. */
export async function git(exec: Exec, directory: string, args: readonly string[]): Promise<string> {
  const { stdout } = await runGit(exec, args, { ...LIMITS, cwd: directory });
  return stdout.trimEnd();
}

/**
 * The repository that the backend lies in; undefined of none.
 * Errors: `VOPS-DEPS-UNCLEAN` where something is not committed, for then nobody could tell what a fix has changed.
 */
export async function cleanRepository(exec: Exec, root: string, lock: LockFile): Promise<Repository | undefined> {
  const { stdout, stderr, exitCode } = await runGit(exec, ['rev-parse', '--show-toplevel', '--show-prefix'], {
    ...LIMITS,
    cwd: root,
    okExitCodes: [0, 128],
  });
  if (exitCode !== 0) {
    if (/not a git repository/.test(stderr)) return undefined;
    throw new OperatorError('VOPS-TOOL-FAILED', `git cannot read the repository of ${root}: ${stderr.trim()}`);
  }
  const [top = '', prefix = ''] = stdout.split('\n');
  const changed = await git(exec, top, ['status', '--porcelain']);
  if (changed !== '') throw unclean(top, changed.split('\n'));
  const tracked = await git(exec, root, ['ls-files', '--', lock]);
  return tracked === '' ? undefined : { top, prefix };
}

const unclean = (top: string, lines: readonly string[]) =>
  new OperatorError(
    'VOPS-DEPS-UNCLEAN',
    `${top} has ${lines.length} changed or new files that are not committed, such as ${lines[0]?.slice(3)}`,
    { hint: `commit or stash them first: git -C ${top} status` },
  );
