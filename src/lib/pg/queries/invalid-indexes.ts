import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({ schema: z.string(), name: z.string(), table: z.string(), sizeBytes: Numeric });

/**
 * Indexes that are not valid though nothing is being built on their table. Of another role's progress only its session may
 * be shown, and the lock that it keeps on the table is shown to all. Sizes by `relpages`: waits for nobody.
 */
export const invalidIndexes = {
  sql: `
    select n.nspname as schema, c.relname as name, t.relname as table,
      c.relpages * current_setting('block_size')::bigint as "sizeBytes"
    from pg_index i
    join pg_class c on c.oid = i.indexrelid and c.relkind = 'i'
    join pg_class t on t.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace
    where (not i.indisvalid or not i.indisready)
      and not exists (
        select from pg_stat_progress_create_index p
        where p.relid = i.indrelid
          or exists (
            select from pg_locks l
            join pg_database d on d.oid = l.database and d.datname = current_database()
            where l.relation = i.indrelid and l.pid = p.pid))
    order by 1, 2`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
