/** What one run of `db health` leaves to the next: counters and ages mean something only by how they change. */
import * as z from 'zod';
import type { DatabaseHealth } from './index.js';

export const Memory = z.object({
  at: z.iso.datetime(),
  /** When the counters began. */
  since: z.iso.datetime().nullable(),
  deadlocks: z.number(),
  temporaryFileBytes: z.number(),
  /** By database. */
  xidAges: z.record(z.string(), z.number()),
  multixactAges: z.record(z.string(), z.number()),
});
export type Memory = z.infer<typeof Memory>;

/** Undefined when this run could not read what it is made of. */
export function remember({ wraparound, activity }: DatabaseHealth, now: Date): Memory | undefined {
  if (!wraparound || !activity) return undefined;
  const byDatabase = (key: 'xidAge' | 'multixactAge') =>
    Object.fromEntries(wraparound.databases.map((row) => [row.database, row[key]]));
  const { since, deadlocks, temporaryFileBytes } = activity;
  return {
    at: now.toISOString(),
    since,
    deadlocks,
    temporaryFileBytes,
    xidAges: byDatabase('xidAge'),
    multixactAges: byDatabase('multixactAge'),
  };
}
