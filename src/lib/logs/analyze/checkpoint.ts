/**
 * How far a log was read, told by its content: its name and its inode change with each rotation, and a copy or an archive
 * of it has others from the beginning.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { isDamage, type Source } from './source.js';

/** What a log begins with. */
export const HEAD_BYTES = 1_024;

const Mark = z.object({
  /** Bytes of content that have been read. */
  offset: z.number(),
  /** Of the last bytes before. */
  digest: z.string(),
});
export type Mark = z.output<typeof Mark>;

export const Checkpoint = z.object({
  /** The first bytes: all that there were, or the first `HEAD_BYTES`. */
  head: z.object({ length: z.number(), digest: z.string() }),
  /** Ever further, each at least twice as far as the one before; the last one is how far the content was read. */
  marks: z.array(Mark),
  seenAt: z.string(),
});
export type Checkpoint = z.output<typeof Checkpoint>;

export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 32);

/** Those that may be of a content that begins like this, the furthest first. */
export function candidates(checkpoints: readonly Checkpoint[], head: Uint8Array): Checkpoint[] {
  const isAlike = ({ head: { length, digest } }: Checkpoint) =>
    length > 0 && length <= head.length && digestOf(head.subarray(0, length)) === digest;
  return checkpoints.filter(isAlike).sort((a, b) => offsetOf(b.marks) - offsetOf(a.marks));
}

/** How far the content was read. */
export const offsetOf = (marks: readonly Mark[]): number => marks.at(-1)?.offset ?? 0;

/** Logs may begin alike with a banner; so much is no banner. */
const CERTAIN_BYTES = 4_096;

/**
 * How a content stands to a checkpoint: `resume` after what was read, a `copy` that is not finished (all of it was read),
 * or `other` content. Leaves the source after what was read. Errors: those of the source.
 */
export async function compare(source: Source, { marks }: Checkpoint): Promise<'resume' | 'copy' | 'other'> {
  let verified = 0;
  try {
    for (const { offset, digest } of marks) {
      const tail = await source.skipTo(offset);
      if (tail === undefined) return verified < CERTAIN_BYTES ? 'other' : 'copy';
      if (digestOf(tail) !== digest) return 'other';
      verified = offset;
    }
    return verified === 0 ? 'other' : 'resume';
  } catch (error) {
    if (verified >= CERTAIN_BYTES && isDamage(error)) return 'copy'; // an archive of it in the making
    throw error;
  }
}

/** Adds how far it was read, and lets go of marks that are too close to the next. */
export function markAt(marks: readonly Mark[], offset: number, tail: Uint8Array): readonly Mark[] {
  if (offset === 0 || offset === offsetOf(marks)) return marks;
  const kept: Mark[] = [];
  for (const mark of marks) {
    if (mark.offset >= offsetOf(kept) * 2 && mark.offset * 2 <= offset) kept.push(mark);
  }
  return [...kept, { offset, digest: digestOf(tail) }];
}
