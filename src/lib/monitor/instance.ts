/** The name of this process among all that share an archive. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/**
 * Host and process for people, and a random part, for containers share host names and begin at process 1.
 * @param startedAt ms since 1970
 */
export const instanceName = (startedAt: number): string =>
  `${hostname()}:${process.pid}:${startedAt.toString(36)}${randomBytes(3).toString('hex')}`;
