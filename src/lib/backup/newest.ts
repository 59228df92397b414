import { directoryStore } from './directory-store.js';
import type { Kind, Manifest } from './manifest.js';

/** The newest backup of a kind that is not known to be bad; undefined when there is none, or no catalogue yet. */
export async function newestBackup(catalogue: string, kind: Kind): Promise<Manifest | undefined> {
  const { backups } = await directoryStore(catalogue, kind).list();
  return backups.findLast(({ failure }) => failure === undefined);
}
