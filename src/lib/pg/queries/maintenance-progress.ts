import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  phase: z.string(),
  done: Numeric,
  total: Numeric,
  /** The transaction it waits for just now. */
  waitsFor: z.string().nullable(),
});
export type ProgressRow = z.infer<typeof Row>;

/** How far the maintenance command of the session $1 is. What it counts depends on the phase: blocks, rows, lockers. */
export const maintenanceProgress = {
  sql: `
    with progress as (
      select pid, phase, heap_blks_scanned as done, heap_blks_total as total, null::int as locker
      from pg_stat_progress_vacuum
      union all
      select pid, phase,
        case when lockers_total > lockers_done then lockers_done when blocks_total > 0 then blocks_done
          else tuples_done end,
        case when lockers_total > lockers_done then lockers_total when blocks_total > 0 then blocks_total
          else tuples_total end,
        nullif(current_locker_pid, 0)
      from pg_stat_progress_create_index
      union all
      select pid, phase, sample_blks_scanned, sample_blks_total, null from pg_stat_progress_analyze
      union all
      select pid, phase, heap_blks_scanned, heap_blks_total, null from pg_stat_progress_cluster
    )
    select
      phase, coalesce(done, 0) as done, coalesce(total, 0) as total,
      case when locker is not null then concat_ws(' ', 'session', locker, '(' || nullif(a.application_name, '') || ')') end
        as "waitsFor"
    from progress
    left join pg_stat_activity a on a.pid = progress.locker
    where progress.pid = $1`,
  row: Row,
} satisfies Query<ProgressRow>;
