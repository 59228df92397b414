import { OperatorError } from '../../errors.js';
import { findClientProgram } from '../../pg/programs.js';
import { type Check, type Diagnosis, type DoctorContext, failed, ok, type Subject, warning } from '../check.js';

const VERSION_TIMEOUT_MS = 5_000;

export const flock: Check = {
  name: 'flock',
  examine: async ({ context }) =>
    (await versionOf(context, 'flock')) === undefined
      ? failed('flock is not in PATH: maintenance runs cannot be locked', 'apt-get install util-linux')
      : ok('found'),
};

export const compression: Check = {
  name: 'compression',
  examine: async ({ context }) => {
    // An invalid configuration has a check of its own; the programs are there or not all the same.
    const wanted = await context.config().then(
      ({ logs }) => logs.compression,
      () => 'auto',
    );
    const names = ['zstd', 'pigz'] as const;
    const found: string[] = [];
    for (const name of names) if ((await versionOf(context, name)) !== undefined) found.push(name);
    if (names.some((name) => name === wanted) && !found.includes(wanted)) {
      return failed(`logs.compression is ${wanted}, which is not in PATH`, `apt-get install ${wanted}`);
    }
    return ok(found.length > 0 ? `${found.join(' and ')} found` : 'neither zstd nor pigz: the gzip of Node.js is used');
  },
};

/** Backups take the one that fits the server, from wherever a distribution keeps it. */
export const pgDump: Check = {
  name: 'pg_dump',
  examine: async ({ context, server }) => {
    const serverMajor = Math.floor((await server).versionNumber / 10_000);
    try {
      const { path, version } = await findClientProgram(context, 'pg_dump', serverMajor);
      return ok(`version ${version}, server ${serverMajor} (${path})`);
    } catch (error) {
      if (!(error instanceof OperatorError) || error.code !== 'VOPS-TOOL-MISSING') throw error;
      return warning(`${error.message}: no backups can be made`, error.hint ?? '');
    }
  },
};

export const psql: Check = {
  name: 'psql',
  examine: (subject) => comparedWithServer('psql', subject),
};

async function comparedWithServer(program: string, { context, server }: Subject): Promise<Diagnosis> {
  const printed = await versionOf(context, program);
  if (printed === undefined) return warning(`${program} is not in PATH`, 'apt-get install postgresql-client');
  return diagnoseProgram(program, printed, Math.floor((await server).versionNumber / 10_000));
}

/** A program of an older major version than the server's: pg_dump refuses, psql misses new catalogue columns. */
export function diagnoseProgram(program: string, printed: string, serverMajor: number): Diagnosis {
  const version = /\(PostgreSQL\) ([\d.]+)/.exec(printed)?.[1];
  if (version === undefined) return warning(`${program} does not tell its version`, `see: ${program} --version`);
  if (Number.parseInt(version, 10) >= serverMajor) return ok(`version ${version}, server ${serverMajor}`);
  return warning(
    `${program} ${version} is older than the server (${serverMajor})`,
    `apt-get install postgresql-client-${serverMajor}`,
  );
}

/** What `--version` prints; undefined when there is no such program. */
async function versionOf({ exec }: DoctorContext, program: string): Promise<string | undefined> {
  try {
    return (await exec(program, ['--version'], { timeoutMs: VERSION_TIMEOUT_MS })).stdout;
  } catch (error) {
    if (error instanceof OperatorError && error.code === 'VOPS-TOOL-MISSING') return undefined;
    throw error;
  }
}
