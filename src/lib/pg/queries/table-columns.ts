import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  tableOid: Numeric,
  length: z.number(),
  alignment: z.number(),
  /** The planner's statistics; null when there are none, or none that our role may see. */
  averageWidth: z.number().nullable(),
  nullFraction: z.number().nullable(),
});
export type TableColumnRow = z.infer<typeof Row>;

/** The columns of every table in their order, with how wide their values are. */
export const tableColumns = {
  sql: `
    select
      c.oid as "tableOid", a.attlen as length,
      case a.attalign when 'c' then 1 when 's' then 2 when 'i' then 4 else 8 end as alignment,
      s.avg_width as "averageWidth", s.null_frac::float8 as "nullFraction"
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname
      and not s.inherited
    where c.relkind in ('r', 'm') and c.relpersistence <> 't'
    order by c.oid, a.attnum`,
  row: Row,
} satisfies Query<TableColumnRow>;
