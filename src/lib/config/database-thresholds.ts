/** Levels at which `db health` speaks up. The guide names none: these are ours, and an operator's to change. */
import * as z from 'zod';
import { Duration, Size } from '../units.js';

/** 0.8 is 80 %. */
const Share = z.number().min(0).max(1);

export const DatabaseThresholds = z
  .strictObject({
    /** Used share of the connections an ordinary role can get. */
    connectionUsage: z.strictObject({ warning: Share.default(0.8), critical: Share.default(0.95) }).prefault({}),
    /** A transaction this old keeps VACUUM from removing dead tuples. */
    longTransaction: Duration.prefault('15m'),
    /** A session that holds a transaction open and does nothing, locks included. */
    idleInTransaction: Duration.prefault('5m'),
    /** Longest a session may wait for another's lock. */
    blocked: Duration.prefault('30s'),
    /** How far a standby may be behind. */
    replicationLag: Duration.prefault('5m'),
    /** Used share of the numbers of a sequence. */
    sequenceUsage: z.strictObject({ warning: Share.default(0.7), critical: Share.default(0.9) }).prefault({}),
    /** Dead rows of a table, in multiples of its own autovacuum threshold, that show autovacuum does not keep up. */
    autovacuumBacklog: z.number().min(1).default(2),
    /** Bytes of temporary files written in an hour. */
    temporaryFilesPerHour: Size.prefault('1GB'),
    /** Age of the newest database backup; the guide makes one a month. */
    backupAge: Duration.prefault('32d'),
    /** A statement that takes longer than this on average (guide: 1000 ms), and was called so often. */
    slowQuery: z
      .strictObject({ averageTime: Duration.prefault('1000ms'), calls: z.number().int().min(1).default(3) })
      .prefault({}),
    /** Rows from which a reference without an index is worth a warning: below, reading the whole table is quick. */
    missingIndexRows: z.number().int().min(0).default(10_000),
    /** An index is called unused when nothing has read it for this long, and it is at least this large. */
    unusedIndex: z.strictObject({ after: Duration.prefault('30d'), size: Size.prefault('1MB') }).prefault({}),
  })
  .prefault({});
export type DatabaseThresholds = z.output<typeof DatabaseThresholds>;
