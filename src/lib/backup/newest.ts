import type { Config } from '../config/index.js';
import { databaseInUse } from './database/source.js';
import { directoryStore } from './directory-store.js';
import type { Manifest } from './manifest.js';
import { backupsOf } from './own.js';

/** The newest dump of the database in use that is not known to be bad; undefined when there is none, or no catalogue yet. */
export async function newestDump(config: Config): Promise<Manifest | undefined> {
  const { backups } = await directoryStore(config.backup.directory, 'database').list();
  return backupsOf(backups, databaseInUse(config)).findLast(({ failure }) => failure === undefined);
}
