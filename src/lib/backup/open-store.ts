/** Which catalogue a command looks at: the directory here, or with `--remote` the bucket elsewhere. */
import type { Context } from '../context.js';
import { OperatorError } from '../errors.js';
import { directoryStore } from './directory-store.js';
import type { Bucket } from './remote/bucket.js';
import type { Store } from './store.js';

/** @throws OperatorError VOPS-USAGE for `--remote` where no bucket is configured. */
export async function openStore(
  context: Pick<Context, 'config' | 'signal'>,
  { remote }: { readonly remote: boolean },
): Promise<Store> {
  if (!remote) return directoryStore((await context.config()).backup.directory, undefined, context.signal);
  const { remoteStore } = await import('./remote/store.js');
  const bucket = await remoteBucket(context);
  if (bucket !== undefined) return remoteStore(bucket);
  throw notConfigured();
}

/** The bucket of the configuration, if it names one. */
export async function remoteBucket({
  config,
  signal,
}: Pick<Context, 'config' | 'signal'>): Promise<Bucket | undefined> {
  const { remote } = (await config()).backup;
  if (remote === undefined) return undefined;
  const { openBucket } = await import('./remote/bucket.js');
  return openBucket(remote, signal);
}

export const notConfigured = (): OperatorError =>
  new OperatorError('VOPS-USAGE', 'no bucket is configured', {
    hint: 'name endpoint, bucket and keys in backup.remote',
  });
