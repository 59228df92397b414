/** Where we keep things, and what relative paths of the configuration are relative to. */
import { userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { OperatorError } from '../errors.js';
import type { Environment } from './environment-variables.js';
import type { Config, ConfigSections } from './schema.js';

type Resolved = ConfigSections & Pick<Config, 'logs'>;

/** Every path absolute, and the directories that nobody named at their defaults. `resolvePath` knows each path's base. */
export function withDirectories(
  sections: ConfigSections,
  env: Environment,
  resolvePath: (path: readonly string[], value: string) => string,
): Resolved {
  const { app, database, logs, backup } = sections;
  const root = resolvePath(['app', 'root'], app.root);
  const state = sections.stateDirectory ?? defaultStateDirectory(env);
  const stateDirectory = state && resolvePath(['stateDirectory'], state);
  const backups = backup.directory ?? (stateDirectory && join(stateDirectory, 'backups'));
  return {
    ...sections,
    app: { ...app, root },
    // libpq's `system` stands for the operating system's own authorities.
    database:
      database.sslrootcert === undefined || database.sslrootcert === 'system'
        ? database
        : { ...database, sslrootcert: resolvePath(['database', 'sslrootcert'], database.sslrootcert) },
    logs: {
      ...logs,
      directory: logs.directory === undefined ? join(root, 'logs') : resolvePath(['logs', 'directory'], logs.directory),
      ...(logs.reopen && 'pidFile' in logs.reopen
        ? { reopen: { ...logs.reopen, pidFile: resolvePath(['logs', 'reopen', 'pidFile'], logs.reopen.pidFile) } }
        : {}),
    },
    backup: { ...backup, ...(backups && { directory: resolvePath(['backup', 'directory'], backups) }) },
    ...(stateDirectory && { stateDirectory }),
  };
}

/** systemd's StateDirectory=, XDG's, root's, the user's; undefined for a user without a home. */
export function defaultStateDirectory(env: Environment): string | undefined {
  const systemd = env.STATE_DIRECTORY?.split(':')[0]; // several, when the unit names several
  if (systemd && isAbsolute(systemd)) return systemd;
  if (env.XDG_STATE_HOME && isAbsolute(env.XDG_STATE_HOME)) return join(env.XDG_STATE_HOME, 'viktoria-ops');
  if (process.getuid?.() === 0) return '/var/lib/viktoria-ops';
  const home = env.HOME && isAbsolute(env.HOME) ? env.HOME : homeOfUser();
  return home && join(home, '.local', 'state', 'viktoria-ops');
}

/** From the user database; a bare uid in a container has no entry there. */
function homeOfUser(): string | undefined {
  try {
    return resolve(userInfo().homedir);
  } catch {
    return undefined;
  }
}

/** The state directory, for those who cannot do without. */
export function requireStateDirectory({ stateDirectory }: Pick<Config, 'stateDirectory'>): string {
  if (stateDirectory !== undefined) return stateDirectory;
  throw new OperatorError('VOPS-CONFIG-INVALID', 'no directory for the state: HOME is not set and this user has none', {
    hint: 'set stateDirectory in the configuration, or VIKTORIA_OPS_STATE_DIRECTORY',
  });
}

/** The directory of the backup catalogue, for those who cannot do without. */
export function requireBackupDirectory(config: Pick<Config, 'backup' | 'stateDirectory'>): string {
  return config.backup.directory ?? join(requireStateDirectory(config), 'backups');
}
