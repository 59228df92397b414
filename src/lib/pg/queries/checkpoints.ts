import * as z from 'zod';
import { Instant, Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({ timed: Numeric, requested: Numeric, since: Instant.nullable() });
type Row = z.infer<typeof Row>;

/** First version that counts checkpoints in a view of their own. */
const HAS_CHECKPOINTER = 170_000;

/** Checkpoints by the clock, and those that too much write-ahead log has forced. */
export const checkpoints = (version: number): Query<Row> => ({
  sql:
    version >= HAS_CHECKPOINTER
      ? 'select num_timed as timed, num_requested as requested, stats_reset as since from pg_stat_checkpointer'
      : 'select checkpoints_timed as timed, checkpoints_req as requested, stats_reset as since from pg_stat_bgwriter',
  row: Row,
});
