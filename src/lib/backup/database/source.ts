/** How manifests name the database that a dump was made of. */
import type { Config } from '../../config/index.js';
import { directSettings } from '../../pg/direct.js';
import type { Thing } from '../own.js';

export const databaseSource = ({ host, port }: Pick<Config['database'], 'host' | 'port'>, name: string): string =>
  `${host}:${port}/${name}`;

/** The database in use. */
export function databaseInUse({ database: settings }: Pick<Config, 'database'>): Required<Thing> {
  const { database } = directSettings(settings);
  return { source: databaseSource(settings, database), database };
}
