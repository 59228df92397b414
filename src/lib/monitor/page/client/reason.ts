import type { Failure } from './store.js';
import type { Words } from './words/index.js';

/** Why there are no newer figures, in words. */
export function reasonOf(failure: Failure, words: Words): string {
  if (failure.kind === 'refused') return words.unreadable(failure.reason);
  return { late: words.noAnswer, unreachable: words.notReached, signedOut: words.signedOut }[failure.kind];
}
