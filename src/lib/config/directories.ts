/** Where we keep things, and what relative paths of the configuration are relative to. */
import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Environment } from './environment-variables.js';
import type { Config, ConfigSections } from './schema.js';

type Resolved = ConfigSections & Pick<Config, 'logs' | 'backup' | 'docs' | 'stateDirectory'>;

/** Every path absolute, and the directories that nobody named at their defaults. `resolvePath` knows each path's base. */
export function withDirectories(
  sections: ConfigSections,
  env: Environment,
  resolvePath: (path: readonly string[], value: string) => string,
): Resolved {
  const { app, database, logs, backup, docs } = sections;
  const root = resolvePath(['app', 'root'], app.root);
  const stateDirectory = resolvePath(['stateDirectory'], sections.stateDirectory ?? defaultStateDirectory(env));
  const backups = resolvePath(['backup', 'directory'], backup.directory ?? join(stateDirectory, 'backups'));
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
    backup: {
      ...backup,
      directory: backups,
      ...(backup.encryption && {
        encryption: {
          ...backup.encryption,
          identities: backup.encryption.identities.map((path, index) =>
            resolvePath(['backup', 'encryption', 'identities', String(index)], path),
          ),
        },
      }),
    },
    docs: { directory: resolvePath(['docs', 'directory'], docs.directory ?? join(stateDirectory, 'docs')) },
    stateDirectory,
  };
}

const SYSTEM_STATE = '/var/lib/viktoria-ops';

/**
 * systemd's StateDirectory=, XDG's, root's, the user's. A user without a home, such as a bare uid in a container, gets
 * root's: that is an error with path and uid, but only for a command that needs the state.
 */
function defaultStateDirectory(env: Environment): string {
  const systemd = env.STATE_DIRECTORY?.split(':')[0]; // several, when the unit names several
  if (systemd && isAbsolute(systemd)) return systemd;
  if (env.XDG_STATE_HOME && isAbsolute(env.XDG_STATE_HOME)) return join(env.XDG_STATE_HOME, 'viktoria-ops');
  if (process.getuid?.() === 0) return SYSTEM_STATE;
  const home = env.HOME && isAbsolute(env.HOME) ? env.HOME : homeOfUser();
  return home === undefined ? SYSTEM_STATE : join(home, '.local', 'state', 'viktoria-ops');
}

/** From the user database. */
function homeOfUser(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    return undefined; // no entry of this uid
  }
}
