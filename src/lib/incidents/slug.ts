/** Names as parts of file names and of the ids of events. */
import { createHash } from 'node:crypto';

const MAX_LENGTH = 80;

/** The name itself where it can be one; else what can be, with a mark that no other name has. */
export function slugOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, MAX_LENGTH);
  if (plain !== '' && plain === name) return plain;
  return `${plain || 'incident'}-${createHash('sha256').update(name).digest('hex').slice(0, 6)}`;
}
