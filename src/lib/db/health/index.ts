/** The sections of `db health`, in the order they are read and shown. To add one: a file, and a line in both lists. */
import * as z from 'zod';
import { activity } from './activity.js';
import { archiver } from './archiver.js';
import { autovacuum } from './autovacuum.js';
import { backups } from './backups.js';
import { blocking } from './blocking.js';
import { checksums } from './checksums.js';
import { collations } from './collations.js';
import { connections } from './connections.js';
import { invalidIndexes } from './invalid-indexes.js';
import { replication } from './replication.js';
import type { Section } from './section.js';
import { sequences } from './sequences.js';
import { server } from './server.js';
import { transactions } from './transactions.js';
import { wraparound } from './wraparound.js';

export const sections = {
  server,
  connections,
  transactions,
  blocking,
  replication,
  wraparound,
  sequences,
  checksums,
  collations,
  invalidIndexes,
  autovacuum,
  activity,
  archiver,
  backups,
} as const satisfies Record<string, Section<unknown>>;

/** Null: that section could not be read, and a finding says why. */
export const DatabaseHealth = z.object({
  /** Nothing found that needs attention, and everything seen. */
  isHealthy: z.boolean(),
  server: server.data.nullable(),
  connections: connections.data.nullable(),
  transactions: transactions.data.nullable(),
  blocking: blocking.data.nullable(),
  replication: replication.data.nullable(),
  wraparound: wraparound.data.nullable(),
  sequences: sequences.data.nullable(),
  checksums: checksums.data.nullable(),
  collations: collations.data.nullable(),
  invalidIndexes: invalidIndexes.data.nullable(),
  autovacuum: autovacuum.data.nullable(),
  activity: activity.data.nullable(),
  archiver: archiver.data.nullable(),
  backups: backups.data.nullable(),
});
export type DatabaseHealth = z.infer<typeof DatabaseHealth>;
