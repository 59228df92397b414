/** Whether there is room for an archive before it is begun. */
import type { Config } from '../../config/index.js';
import { OperatorError } from '../../errors.js';
import { freeSpaceAt } from '../../files/index.js';
import { formatBytes } from '../../measures.js';
import { directoryStore } from '../directory-store.js';
import { isGood, sizeOf } from '../manifest.js';
import type { FilesBackup } from './report.js';

/** What source and logs become at best; without an archive to learn from, less room than that is clearly too little. */
const BEST_PACKING = 10;

/**
 * Compares the free space with what the archive will take, going by the last one of the same root.
 * @throws OperatorError VOPS-DISK-FULL
 */
export async function refuseIfTooLarge(
  { catalogue, root, contentBytes }: FilesBackup,
  compression: Config['backup']['compression'],
): Promise<void> {
  const { backups } = await directoryStore(catalogue, 'files').list();
  const last = backups.findLast((manifest) => manifest.source === root && isGood(manifest));
  const packedShare = compression === 'none' ? 1 : 1 / BEST_PACKING;
  const share = last?.archive ? sizeOf(last) / Math.max(1, last.archive.contentBytes) : packedShare;
  const neededBytes = Math.round(contentBytes * Math.min(1, share));
  const freeBytes = await freeSpaceAt(catalogue);
  if (neededBytes <= freeBytes) return;
  const basis = last ? `by the measure of ${last.id}` : 'at least';
  throw new OperatorError(
    'VOPS-DISK-FULL',
    `the archive needs ${formatBytes(neededBytes)} ${basis}, and ${catalogue} has ${formatBytes(freeBytes)} free`,
    { hint: 'free some space (viktoria-ops backup prune --dry-run), or set backup.directory to a larger disk' },
  );
}
