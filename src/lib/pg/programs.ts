/** The client programs of PostgreSQL, of the version that fits the server. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { startChain } from '../process/chain.js';
import { findProgram } from '../process/find-program.js';

export interface ClientProgram {
  /** Absolute path. */
  readonly path: string;
  /** As it prints it, such as `15.18`. */
  readonly version: string;
}

type ProgramContext = Pick<Context, 'env' | 'signal'>;

/**
 * The program of the server's own major version, else of the nearest later one: an older pg_dump refuses, a later one
 * may write what the server does not understand.
 * @throws OperatorError VOPS-TOOL-MISSING naming what there is.
 */
export async function findClientProgram(
  context: ProgramContext,
  name: string,
  serverMajor: number,
): Promise<ClientProgram> {
  const candidates: (ClientProgram & { readonly major: number })[] = [];
  for (const path of await pathsOf(context, name)) {
    const version = await versionOf(context, path);
    const major = Number.parseInt(version ?? '', 10);
    if (version === undefined || Number.isNaN(major)) continue;
    if (major === serverMajor) return { path, version };
    candidates.push({ path, version, major });
  }
  const later = candidates.filter(({ major }) => major > serverMajor).sort((a, b) => a.major - b.major)[0];
  if (later) return { path: later.path, version: later.version };
  throw missing(name, serverMajor, candidates);
}

/** Where distributions keep the programs of every version side by side: Debian, Red Hat, Homebrew, Postgres.app. */
const PLACES: readonly { readonly directory: string; readonly below: RegExp; readonly bin: string }[] = [
  { directory: '/usr/lib/postgresql', below: /^\d+$/, bin: 'bin' },
  { directory: '/usr', below: /^pgsql-\d+$/, bin: 'bin' },
  { directory: '/opt/homebrew/opt', below: /^(postgresql@\d+|libpq)$/, bin: 'bin' },
  { directory: '/usr/local/opt', below: /^(postgresql@\d+|libpq)$/, bin: 'bin' },
  { directory: '/Applications/Postgres.app/Contents/Versions', below: /^\d+$/, bin: 'bin' },
];

/** These first: Debian's program in PATH is a wrapper that asks its way to one of them. */
async function pathsOf({ env }: ProgramContext, name: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { directory, below, bin } of PLACES) {
    const versions = (await readdir(directory).catch(() => [])).filter((entry) => below.test(entry));
    for (const version of versions) {
      const path = await findProgram(name, join(directory, version, bin));
      if (path) found.push(path);
    }
  }
  const inPath = await findProgram(name, env.PATH);
  return inPath ? [...found, inPath] : found;
}

const VERSION_TIMEOUT_MS = 5_000;

/** Not by `context.exec`: what that takes to load is a fifth of the time that a small backup takes. */
async function versionOf({ signal }: ProgramContext, path: string): Promise<string | undefined> {
  const { output, ended } = startChain([{ file: path, args: ['--version'] }], {
    signal,
    timeoutMs: VERSION_TIMEOUT_MS,
  });
  let text = '';
  for await (const chunk of output ?? []) text += chunk;
  try {
    await ended;
    return /\(PostgreSQL\) (\d[\w.]*)/.exec(text)?.[1];
  } catch (error) {
    if (error instanceof OperatorError && error.code.startsWith('VOPS-TOOL')) return undefined;
    throw error;
  }
}

function missing(name: string, serverMajor: number, older: readonly ClientProgram[]): OperatorError {
  const found = older.map(({ path, version }) => `${path} is ${version}`).join(', ');
  const what = found ? `${name} of version ${serverMajor} or later is needed: ${found}` : `${name} is not installed`;
  return new OperatorError('VOPS-TOOL-MISSING', what, {
    hint: `apt-get install postgresql-client-${serverMajor}, or put the directory of ${name} into PATH`,
  });
}
