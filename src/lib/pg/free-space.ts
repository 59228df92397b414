/** How much room there is where the data lie. */
import { statfs } from 'node:fs/promises';
import * as z from 'zod';
import type { Context } from '../context.js';
import { directSettings } from './direct.js';
import type { Database, Query } from './index.js';

/** No row when the role may not see the setting: `pg_settings` hides it, `current_setting` would fail. */
const dataDirectory: Query<{ path: string }> = {
  sql: `
    select coalesce(nullif(pg_tablespace_location($1), ''), setting) as path
    from pg_settings where name = 'data_directory'`,
  row: z.object({ path: z.string() }),
};

/**
 * Free bytes for the tablespace with this oid (0: the database's own), or undefined when they are not known: free space
 * cannot be asked over SQL, so the server must be on this host, or `database.maintenance.freeSpace` be set.
 */
export async function findFreeSpace(
  { config }: Pick<Context, 'config'>,
  database: Database,
  tablespaceOid: number,
): Promise<number | undefined> {
  const { database: settings } = await config();
  if (settings.maintenance.freeSpace !== undefined) return settings.maintenance.freeSpace;
  if (!isLocal(directSettings(settings).host)) return undefined;
  const [found] = await database.query(dataDirectory, [tablespaceOid]);
  if (found === undefined) return undefined;
  return statfs(found.path).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined, // a server in a container: its path is not ours
  );
}

const isLocal = (host: string) => host.startsWith('/') || /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host);
