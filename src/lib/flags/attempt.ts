/** A part of the whole that may be missing. */
import { OperatorError } from '../errors.js';
import type { Finding } from '../status.js';

/** What was read, or why it could not be. */
export type Read<T> = { readonly found: T } | { readonly missing: Finding };

/** An expected error as a finding of this code, its message after ours. */
export async function attempt<T>(
  signal: AbortSignal,
  { code, message }: Pick<Finding, 'code' | 'message'>,
  read: () => Promise<T>,
): Promise<Read<T>> {
  try {
    return { found: await read() };
  } catch (error) {
    if (signal.aborted || !(error instanceof OperatorError)) throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    return { missing: { code, severity: 'unknown', message: `${message}: ${error.message}`, ...hint } };
  }
}
