/** When a request is sent again, and after how long. */
import type { OperatorError } from '../../errors.js';

/** How often a request is sent at most. */
export const TRIES = 6;

const STATUSES: readonly number[] = [408, 429, 500, 502, 503, 504];
/** The server's words for what happened on the way; some of them come with a status of 400. */
const CODES: readonly string[] = ['BadDigest', 'IncompleteBody', 'InternalError', 'RequestTimeout', 'SlowDown'];

/** Whether the same request may do better a moment later. */
export const isTransient = (status: number, code: string | undefined): boolean =>
  STATUSES.includes(status) || (code !== undefined && CODES.includes(code));

/** The same of an error on the wire: a broken connection and a silent server, not an answer that is none. */
export const isTransientError = ({ code }: OperatorError): boolean =>
  code === 'VOPS-API-UNREACHABLE' || code === 'VOPS-API-TIMEOUT';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 20_000;
/** A server that asks for more is not waited for. */
const LONGEST_WISH_MS = 60_000;

/**
 * The pause after so many tries: twice as long each time, the half of it by chance so that many clients do not return
 * together; what the server asks for (`Retry-After`, in seconds or as a date) where that is longer, up to a minute.
 */
export function pauseBefore(tries: number, retryAfter?: string, { random = Math.random, now = Date.now } = {}): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
  const own = longest * (0.5 + random() / 2);
  return Math.max(own, Math.min(LONGEST_WISH_MS, wishOf(retryAfter, now)));
}

function wishOf(retryAfter: string | undefined, now: () => number): number {
  if (retryAfter === undefined) return 0;
  const wish = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now();
  return Number.isFinite(wish) ? wish : 0;
}
