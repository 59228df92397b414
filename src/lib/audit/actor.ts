/** Who acts. */
import { userInfo } from 'node:os';
import type { Context } from '../context.js';

/** The person at the keyboard, as the system knows them: `anna`, or `root, by sudo of anna`. */
export function personActing({ env }: Pick<Context, 'env'>): string {
  const name = accountName();
  const origin = env.SUDO_USER;
  return origin === undefined || origin === '' || origin === name ? name : `${name}, by sudo of ${origin}`;
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`; // no entry of this uid
  }
}
