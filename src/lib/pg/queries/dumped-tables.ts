import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  schema: z.string(),
  name: z.string(),
  extension: z.string().nullable(),
  sizeBytes: Numeric,
  columns: z.string(),
});
export type DumpedTable = z.infer<typeof Row>;

/**
 * Every table whose rows are in a dump: partitions rather than their parents, and of extensions only what they declare
 * to be the user's own. The rows of unlogged tables never come to a standby, and nobody can read them there. `columns` is
 * the md5 of names and types, which with an empty search_path is the same wherever the table is. $1: sizes as they are,
 * for which every table must be locked, or it would be waited for; else as the catalogue last knew them.
 */
export const dumpedTables = {
  sql: `
    select
      n.nspname as schema, c.relname as name, e.extname as extension,
      case when $1 then pg_table_size(c.oid)
        else (c.relpages + coalesce(t.relpages, 0)) * current_setting('block_size')::bigint end as "sizeBytes",
      md5(coalesce(string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), e'\\n' order by a.attnum), ''))
        as columns
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_class t on t.oid = c.reltoastrelid
    left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
    left join pg_extension e on e.oid = d.refobjid
    left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind = 'r' and (c.relpersistence = 'p' or c.relpersistence = 'u' and not pg_is_in_recovery())
      and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
      and (e.oid is null or c.oid = any (e.extconfig))
    group by c.oid, n.nspname, c.relname, e.extname, t.relpages
    order by n.nspname, c.relname`,
  row: Row,
} satisfies Query<DumpedTable>;
