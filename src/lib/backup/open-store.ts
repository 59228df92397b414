/** Which catalogue a command looks at: the directory here, or with `--remote` the bucket elsewhere. */
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { directoryStore } from './directory-store.js';
import type { Store } from './store.js';

/** @throws OperatorError VOPS-USAGE for `--remote` where no bucket is configured. */
export async function openStore(
  context: Pick<Context, 'config' | 'signal'>,
  { remote }: { readonly remote: boolean },
): Promise<Store> {
  if (!remote) return directoryStore((await context.config()).backup.directory);
  throw notConfigured();
}

export const notConfigured = (): OperatorError =>
  new OperatorError('VOPS-USAGE', 'no bucket is configured', {
    hint: 'name endpoint, bucket and keys in backup.remote',
  });
