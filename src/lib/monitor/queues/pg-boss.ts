/** pg-boss 10: read from its tables, so that the package need not be loaded a second time. */
import * as z from 'zod';
import { identifier, type QueueReading, type QueueSource, type RunSql } from './source.js';

export const PgBossOptions = z.strictObject({ type: z.literal('pg-boss'), schema: z.string().default('pgboss') });

/**
 * One pass over the table of live jobs; pg-boss moves finished ones to its archive after 12 hours, so `completed` speaks
 * of those. A job that waits for another try is ready once its time has come.
 */
const statement = (schema: string) => `
with jobs as (
  select name, start_after, created_on, started_on, completed_on,
         case when state in ('created', 'retry') then case when start_after <= now() then 'ready' else 'scheduled' end
              else state::text end as state
  from ${schema}.job where name not like '\\_\\_pgboss\\_\\_%'),
by_state as (select state, count(*)::float8 as n from jobs group by state),
by_type as (select name, count(*)::float8 as n from jobs where state = 'ready' group by name)
select (select coalesce(jsonb_object_agg(state, n), '{}') from by_state) as states,
       (select coalesce(jsonb_object_agg(name, n), '{}') from by_type) as "readyByType",
       extract(epoch from now() - min(greatest(created_on, start_after)) filter (where state = 'ready'))::float8 as "oldestReadyAgeSeconds",
       (count(*) filter (where state = 'completed' and completed_on > now() - interval '1 minute'))::float8 as "processedPerMinute",
       (count(*) filter (where state = 'completed'))::float8 as completed,
       (avg(extract(epoch from completed_on - started_on) * 1000) filter (where state = 'completed'))::float8 as "averageProcessingMs"
from jobs`;

export function openPgBoss({ schema }: z.output<typeof PgBossOptions>, runSql: RunSql): QueueSource {
  const name = identifier(schema);
  return {
    name: 'pg-boss',
    async read() {
      const [found] = await runSql<{ present: boolean }>('select to_regclass($1) is not null as present', [
        `${name}.job`,
      ]);
      return found?.present ? (await runSql<QueueReading>(statement(name)))[0] : undefined;
    },
  };
}
