/** One reading of the host that may fail or never come. */
import { abortReason } from '../errors.js';
import type { Finding } from '../status.js';

/** Readings take milliseconds; what takes this long hangs. */
const READ_TIMEOUT_MS = 5_000;

export interface BoundedReading<T> {
  readonly name: string;
  readonly reader: () => Promise<T>;
  readonly signal: AbortSignal;
  readonly onFailure: (finding: Finding) => unknown;
  readonly timeoutMs?: number;
}

/** The reading; null, and a finding, when it fails or does not come in time. Throws the reason of an aborted signal. */
export async function bounded<T>({
  name,
  reader,
  signal,
  onFailure,
  timeoutMs = READ_TIMEOUT_MS,
}: BoundedReading<T>): Promise<T | null> {
  let settle = () => {};
  const limit = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const abort = () => reject(abortReason(signal));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
  });
  try {
    return await Promise.race([reader(), limit]);
  } catch (error) {
    if (signal.aborted) throw abortReason(signal);
    onFailure({
      code: 'VOPS-SYSTEM-UNREAD',
      severity: 'unknown',
      message: `${name} could not be read: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'a dead network mount? See: findmnt -t nfs,nfs4,cifs',
    });
    return null;
  } finally {
    settle();
  }
}
