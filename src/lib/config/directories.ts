/** Where we keep things, and what relative paths of the configuration are relative to. */
import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Environment } from './environment-variables.js';
import { lazily } from './lazily.js';
import type { Config, ConfigSections } from './schema.js';

type Resolved = ConfigSections & Pick<Config, 'logs' | 'backup' | 'docs' | 'stateDirectory'>;

type ResolvePath = (path: readonly string[], value: string) => string;

/** Every path absolute, and the directories that nobody named at their defaults. `resolvePath` knows each path's base. */
export function withDirectories(sections: ConfigSections, env: Environment, resolvePath: ResolvePath): Resolved {
  const root = () => resolvePath(['app', 'root'], sections.app.root);
  const stateDirectory = resolvePath(['stateDirectory'], sections.stateDirectory ?? defaultStateDirectory(env));
  return lazily(sections, {
    app: () => ({ ...sections.app, root: root() }),
    database: () => databaseOf(sections.database, resolvePath),
    logs: () => logsOf(sections.logs, root(), resolvePath),
    backup: () => backupOf(sections.backup, stateDirectory, resolvePath),
    docs: () => docsOf(sections.docs, stateDirectory, resolvePath),
    stateDirectory: () => stateDirectory,
  });
}

/** libpq's `system` stands for the operating system's own authorities. */
function databaseOf(database: Config['database'], resolvePath: ResolvePath): Config['database'] {
  const { sslrootcert } = database;
  if (sslrootcert === undefined || sslrootcert === 'system') return database;
  return { ...database, sslrootcert: resolvePath(['database', 'sslrootcert'], sslrootcert) };
}

function logsOf(logs: ConfigSections['logs'], root: string, resolvePath: ResolvePath): Config['logs'] {
  const { directory, reopen } = logs;
  return {
    ...logs,
    directory: directory === undefined ? join(root, 'logs') : resolvePath(['logs', 'directory'], directory),
    ...(reopen && 'pidFile' in reopen
      ? { reopen: { ...reopen, pidFile: resolvePath(['logs', 'reopen', 'pidFile'], reopen.pidFile) } }
      : {}),
  };
}

const docsOf = (
  { directory }: ConfigSections['docs'],
  stateDirectory: string,
  resolvePath: ResolvePath,
): Config['docs'] => ({
  directory: resolvePath(['docs', 'directory'], directory ?? join(stateDirectory, 'docs')),
});

function backupOf(
  backup: ConfigSections['backup'],
  stateDirectory: string,
  resolvePath: ResolvePath,
): Config['backup'] {
  const { directory = join(stateDirectory, 'backups'), encryption } = backup;
  return {
    ...backup,
    directory: resolvePath(['backup', 'directory'], directory),
    ...(encryption && {
      encryption: {
        ...encryption,
        identities: encryption.identities.map((path, index) =>
          resolvePath(['backup', 'encryption', 'identities', String(index)], path),
        ),
      },
    }),
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
