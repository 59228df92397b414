import * as z from 'zod';
import type { Query } from '../index.js';

const Row = z.object({
  flag: z.string(),
  /** Of UTC. */
  day: z.string(),
  evaluations: z.number(),
  enabledEvaluations: z.number(),
});
export type FlagDay = z.infer<typeof Row>;

/** Evaluations of each flag by day, of every instance; the application keeps them for 400 days. */
export const flagDays = {
  sql: `
    select
      flag,
      to_char(day, 'YYYY-MM-DD') as day,
      sum(evaluations) as evaluations,
      sum(enabled_evaluations) as "enabledEvaluations"
    from viktoria_ops.flag_evaluations
    group by 1, 2
    order by 1, 2`,
  row: Row,
} satisfies Query<FlagDay>;
