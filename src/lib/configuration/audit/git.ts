/** Who committed what to the backend's configuration. git is run so that nothing in the repository's own settings runs. */
import type { Context } from '../../context.js';
import { OperatorError } from '../../errors.js';
import { countOf } from '../../measures.js';
import { runGit } from '../../process/index.js';
import type { Answer, ConfigEvent } from './report.js';

/** One file in one commit. */
export interface GitChange extends Pick<ConfigEvent, 'path' | 'kind'> {
  readonly commit: string;
  /** When it was committed, UTC. */
  readonly at: string;
  readonly name: string;
  readonly email: string;
  readonly subject: string;
  /** Object id of the content after it; zeros when it is removed. */
  readonly blob: string;
}

const TIMEOUT_MS = 30_000;
/** Of these paths; a configuration with more has been there for decades. */
const MOST_COMMITS = 5_000;

/** Nor is anything fetched that a clone left out. */
const NO_FETCH = ['-c', 'protocol.allow=never'] as const;
const ENV = { GIT_NO_LAZY_FETCH: '1' } as const;
const FORMAT = 'tformat:%x01%H%x02%cI%x02%ae%x02%an%x02%s';
const PATHS = ['config', '.env', '.env.example', 'package.json'] as const;

/** Every change there ever was, newest first: a deployment can be much later than its commit. */
export async function readGit({ exec }: Pick<Context, 'exec'>, root: string): Promise<Answer<GitChange>> {
  const log = ['log', '-z', '--raw', '--no-abbrev', '--no-renames', '--no-merges', '--relative', '--no-color'];
  const safe = ['--no-ext-diff', '--no-textconv', '--no-mailmap', `--max-count=${MOST_COMMITS}`, `--format=${FORMAT}`];
  const args = ['-C', root, '--no-optional-locks', ...NO_FETCH, ...log, ...safe, '--', ...PATHS];
  try {
    const { stdout } = await runGit(exec, args, { timeoutMs: TIMEOUT_MS, env: ENV });
    const found = parseLog(stdout);
    return { state: 'asked', detail: countOf(new Set(found.map(({ commit }) => commit)).size, 'commit'), found };
  } catch (error) {
    if (error instanceof OperatorError && error.code.startsWith('VOPS-TOOL-')) return whyNot(error, root);
    throw error;
  }
}

function whyNot({ code, message }: OperatorError, root: string): Answer<GitChange> {
  const found: GitChange[] = [];
  if (code === 'VOPS-TOOL-MISSING') return { state: 'absent', detail: 'git is not installed', found };
  if (/not a git repository|does not have any commits/.test(message)) {
    return { state: 'absent', detail: `${root} is in no git repository with commits`, found };
  }
  if (/cannot change to/.test(message)) return { state: 'absent', detail: `there is no ${root}`, found };
  if (!/dubious ownership/.test(message)) return { state: 'failed', detail: message, found };
  const hint = `run as the owner of the repository, or: git config --global --add safe.directory ${root}`;
  return { state: 'failed', detail: 'the repository belongs to another user, and git does not trust it', hint, found };
}

const KINDS: Readonly<Record<string, ConfigEvent['kind']>> = { A: 'added', D: 'removed' };

/**
 * Pure. Headers, and for each file a line of `--raw` and its name, all ended by NUL. What follows a line of `--raw` is a
 * name, whatever it looks like.
 */
export function parseLog(text: string): GitChange[] {
  const changes: GitChange[] = [];
  const parts = text.split('\0');
  let header: Pick<GitChange, 'commit' | 'at' | 'email' | 'name' | 'subject'> | undefined;
  for (let index = 0; index < parts.length; index += 1) {
    const part = (parts[index] ?? '').trimStart();
    if (part.startsWith('\u0001')) header = headerOf(part.slice(1));
    const raw = /^:\d+ \d+ [0-9a-f]+ ([0-9a-f]+) ([A-Z])/.exec(part);
    if (raw === null || header === undefined) continue;
    index += 1;
    const [, blob = '', status = ''] = raw;
    changes.push({ ...header, path: parts[index] ?? '', kind: KINDS[status] ?? 'changed', blob });
  }
  return changes;
}

function headerOf(text: string) {
  const [commit = '', at = '', email = '', name = '', ...subject] = text.split('\u0002');
  return { commit, at: new Date(at).toISOString(), email, name, subject: subject.join(' ') };
}
