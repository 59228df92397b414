/** git, without whatever a repository's own settings would have it run besides. */
import type { Execute } from './execute.js';

/** Hooks, a file system monitor, and programs that sign or check signatures. */
const HARMLESS = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'commit.gpgSign=false',
  'log.showSignature=false',
].flatMap((setting) => ['-c', setting]);

/** Its words may be matched, and it asks nobody for a password. */
const ENV = { LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' } as const;

/** Errors: as the execution's. */
export const runGit = (exec: Execute, args: readonly string[], options: Parameters<Execute>[2]): ReturnType<Execute> =>
  exec('git', ['--no-pager', ...HARMLESS, ...args], { ...options, env: { ...options?.env, ...ENV } });
