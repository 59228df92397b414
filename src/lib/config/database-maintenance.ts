/** How maintenance treats the database: what is worth the work, and how gently and how long it may be done. */
import * as z from 'zod';
import { Duration, durationUpTo, Size, TimeLimit } from '../units.js';

/** What `vacuum_cost_delay` takes at most. */
const VacuumPause = durationUpTo(100);

export const DatabaseMaintenance = z
  .strictObject({
    /** Share of a table's own autovacuum thresholds from which it is vacuumed or analyzed: the quiet hour is cheaper. */
    vacuumAt: z.number().min(0).max(10).default(0.5),
    /** Pause of a manual VACUUM, as autovacuum makes it; 0ms for none. */
    vacuumCostDelay: VacuumPause.prefault('2ms'),
    /** What makes a bloated table or index worth rewriting: both the share of its size and the bytes. */
    bloat: z
      .strictObject({
        share: z.number().min(0.05).max(1).default(0.3),
        size: Size.prefault('10MB'),
      })
      .prefault({}),
    /** Longest one object may take; then it is cancelled and cleaned up. */
    objectTimeout: TimeLimit.prefault('2h'),
    /** A transaction older than this is not waited for: the rebuild is not begun, and the transaction named. */
    oldTransaction: Duration.prefault('1m'),
    /** Longest an online rebuild waits for older transactions. Nothing queues behind that wait. */
    lockTimeout: TimeLimit.prefault('10m'),
    /** Free space where the data lie, for a server on another host: it cannot be asked over SQL. */
    freeSpace: Size.optional(),
  })
  .prefault({});
export type DatabaseMaintenance = z.output<typeof DatabaseMaintenance>;
