import * as z from 'zod';
import type { Query } from '../index.js';

const Row = z.object({
  /** Of UTC. */
  day: z.string(),
  /** Content type, operation and source. */
  hook: z.string(),
  executions: z.number(),
  failed: z.number(),
  totalMs: z.number(),
});
export type HookDay = z.infer<typeof Row>;

/** Runs of each hook by day, of every instance, from the day `$1` on. */
export const hookDays = {
  sql: `
    select
      to_char(started_at at time zone 'UTC', 'YYYY-MM-DD') as day,
      concat_ws(' ', content_type, operation, source) as hook,
      sum(executions) as executions,
      sum(failed) as failed,
      sum(total_ms) as "totalMs"
    from viktoria_ops.rollups
    where step = 'day' and kind = 'hook' and started_at >= $1::timestamptz
    group by 1, 2
    order by 1, 2`,
  row: Row,
} satisfies Query<HookDay>;
