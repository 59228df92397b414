/** graphile-worker 0.16 and later: read from its tables. It deletes what is done, so nobody can know how many were. */
import * as z from 'zod';
import { identifier, type QueueReading, type QueueSource, type RunSql } from './source.js';

export const GraphileWorkerOptions = z.strictObject({
  type: z.literal('graphile-worker'),
  schema: z.string().default('graphile_worker'),
});

const statement = (schema: string) => `
with jobs as (
  select identifier as name, greatest(run_at, created_at) as due,
         case when locked_at is not null then 'active' when attempts >= max_attempts then 'failed'
              when run_at > now() then 'scheduled' else 'ready' end as state
  from ${schema}._private_jobs as job join ${schema}._private_tasks as task on task.id = job.task_id),
by_state as (select state, count(*)::float8 as n from jobs group by state),
by_type as (select name, count(*)::float8 as n from jobs where state = 'ready' group by name)
select (select coalesce(jsonb_object_agg(state, n), '{}') from by_state) as states,
       (select coalesce(jsonb_object_agg(name, n), '{}') from by_type) as "readyByType",
       extract(epoch from now() - min(due) filter (where state = 'ready'))::float8 as "oldestReadyAgeSeconds",
       null as "processedPerMinute", null as completed, null as "averageProcessingMs"
from jobs`;

export function openGraphileWorker({ schema }: z.output<typeof GraphileWorkerOptions>, runSql: RunSql): QueueSource {
  const name = identifier(schema);
  return {
    name: 'graphile-worker',
    async read() {
      const table = `${name}._private_jobs`;
      const [found] = await runSql<{ present: boolean }>('select to_regclass($1) is not null as present', [table]);
      return found?.present ? (await runSql<QueueReading>(statement(name)))[0] : undefined;
    },
  };
}
