import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  indexOid: Numeric,
  /** Of the table; null for an expression. */
  name: z.string().nullable(),
  /** Bytes of a fixed-length type, −1 for one of variable length. */
  length: z.number(),
  /** Where a value may begin: a multiple of 1, 2, 4 or 8 bytes. */
  alignment: z.number(),
  /** The planner's statistics; null when there are none, or none that our role may see. */
  averageWidth: z.number().nullable(),
  nullFraction: z.number().nullable(),
  /** Distinct values; below 0: their share of the rows, negated. */
  distinct: z.number().nullable(),
  commonFractions: z.array(z.number()).nullable(),
  /** Rows that ANALYZE looks at: 300 for each unit of the statistics target. */
  sampledRows: Numeric,
  /** Rows of the table that the column alone references; null without a foreign key. */
  mostDistinct: z.number().nullable(),
});
export type IndexColumnRow = z.infer<typeof Row>;

/**
 * The columns of every btree index with the planner's statistics: a plain column has those of its table, an expression
 * those that ANALYZE keeps under the index itself. Lengths and alignments are the index's own.
 */
export const indexColumns = {
  sql: `
    select
      i.indexrelid as "indexOid", source.attname as name, a.attlen as length,
      case a.attalign when 'c' then 1 when 's' then 2 when 'i' then 4 else 8 end as alignment,
      s.avg_width as "averageWidth", s.null_frac::float8 as "nullFraction", s.n_distinct::float8 as distinct,
      s.most_common_freqs::float8[] as "commonFractions",
      300 * coalesce(nullif(coalesce(source.attstattarget, a.attstattarget), -1),
        current_setting('default_statistics_target')::int) as "sampledRows",
      (select min(r.reltuples)::float8 from pg_constraint k join pg_class r on r.oid = k.confrelid
        where k.contype = 'f' and k.convalidated and k.conrelid = i.indrelid and k.conkey = array[source.attnum]
          and r.reltuples > 0) as "mostDistinct"
    from pg_index i
    join pg_class c on c.oid = i.indexrelid and c.relkind = 'i'
    join pg_class t on t.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    join pg_am am on am.oid = c.relam and am.amname = 'btree'
    join pg_attribute a on a.attrelid = i.indexrelid
    left join pg_attribute source on source.attrelid = i.indrelid and source.attnum = i.indkey[a.attnum - 1]
      and source.attnum > 0
    left join pg_stats s on s.schemaname = n.nspname and not s.inherited
      and s.tablename = case when source.attnum is null then c.relname else t.relname end
      and s.attname = coalesce(source.attname, a.attname)
    order by i.indexrelid, a.attnum`,
  row: Row,
} satisfies Query<IndexColumnRow>;
