import { directSettings } from '../../pg/direct.js';
import { table, text } from '../block.js';
import type { Section } from '../section.js';

/** What runs where. Secrets are not in it, nor is any value that holds one. */
export const installation: Section = {
  id: 'installation',
  title: 'This installation',
  write: async ({ config }) => {
    const { app, backup, environment, file, logs, stateDirectory } = config;
    const { host, port, database, user, sslmode } = directSettings(config.database);
    const { remote } = backup;
    const rows = [
      ['backend', app.url],
      ['its files', app.root],
      ['its logs', logs.directory],
      ['database', `${database} at ${host}:${port}, as ${user}, TLS ${sslmode}`],
      ['environment', environment],
      ['configuration of viktoria-ops', file ?? 'none: defaults and environment variables'],
      ['run records and state', stateDirectory],
      ['backups', backup.directory],
      ...(remote
        ? [['copies of backups', `${remote.endpoint}, bucket ${remote.bucket} ${remote.prefix}`.trimEnd()]]
        : []),
    ];
    return [text('Whoever takes over at night begins here.'), table(['what', 'where'], rows, '')];
  },
};
