/** The catalogue a command means: here, or the copy elsewhere. */
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { directoryStore } from './directory-store.js';
import type { Store } from './store.js';

/** Opens the configured catalogue. @throws OperatorError VOPS-CONFIG-INVALID for a remote one that is not configured */
export async function openStore(
  { config, signal }: Pick<Context, 'config' | 'signal'>,
  { remote }: { readonly remote: boolean },
): Promise<Store> {
  const { backup } = await config();
  if (!remote) return directoryStore(backup.directory, undefined, signal);
  throw new OperatorError('VOPS-CONFIG-INVALID', 'backup.remote is not configured', {
    hint: 'name the bucket in backup.remote, or leave out --remote',
  });
}
