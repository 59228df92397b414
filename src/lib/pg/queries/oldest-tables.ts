import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  schema: z.string(),
  name: z.string(),
  xidAge: Numeric,
  multixactAge: Numeric,
  sizeBytes: Numeric,
});

/** The tables of this database, catalogues and materialized views included, whose old rows have waited longest for freezing. */
export const oldestTables = {
  sql: `
    select
      n.nspname as schema, c.relname as name,
      greatest(age(c.relfrozenxid), age(t.relfrozenxid)) as "xidAge",
      greatest(mxid_age(c.relminmxid), mxid_age(t.relminmxid)) as "multixactAge",
      (c.relpages + coalesce(t.relpages, 0)) * current_setting('block_size')::bigint as "sizeBytes"
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_class t on t.oid = c.reltoastrelid
    where c.relkind in ('r', 'm')
    order by greatest(age(c.relfrozenxid), age(t.relfrozenxid), mxid_age(c.relminmxid), mxid_age(t.relminmxid)) desc
    limit 3`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
