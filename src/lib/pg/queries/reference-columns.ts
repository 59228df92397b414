import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  tableOid: Numeric,
  schema: z.string(),
  table: z.string(),
  isPartitioned: z.boolean(),
  /** Null for a relation that Strapi keeps without a foreign key. */
  constraint: z.string().nullable(),
  columns: z.array(z.number()),
  columnNames: z.array(z.string()),
  referencedTable: z.string().nullable(),
  tuples: Numeric,
  heapBytes: Numeric,
  sequentialScans: Numeric,
  /** Rows deleted from, and updated in, the referenced table: for each, the server looks for its references. */
  referencedChanges: Numeric,
});
export type ReferenceRow = z.infer<typeof Row>;

/**
 * Columns by which rows are looked up from another table: foreign keys, and in Strapi's relation tables (5: `_lnk`,
 * `_cmps`, `_mph`; 4: `_links`, `_components`, `_morphs`) the integer `…_id` columns, of which those of components and
 * morph relations have no foreign key. Sizes by `relpages`: waits for nobody.
 *
 * Without those of a partitioned table that an index of the whole begins with: it is in no inventory, for it has no rows.
 */
export const referenceColumns = {
  sql: `
    with reference as (
      select k.conrelid as relid, k.conname as constraint, k.conkey as columns, k.confrelid as referenced
      from pg_constraint k
      where k.contype = 'f' and k.conparentid = 0
      union all
      select a.attrelid, null, array[a.attnum], null
      from pg_attribute a
      join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
      where c.relname ~ '(_lnk|_links|_cmps|_components|_mph|_morphs)$' and a.attname ~ '._id$'
        and a.atttypid in ('int4'::regtype, 'int8'::regtype) and a.attnum > 0 and not a.attisdropped
        and not exists (
          select from pg_constraint k where k.conrelid = a.attrelid and k.contype = 'f' and k.conkey = array[a.attnum])
    )
    select
      c.oid as "tableOid", n.nspname as schema, c.relname as table, c.relkind = 'p' as "isPartitioned",
      reference.constraint, reference.columns::int[] as columns,
      array(select attname::text from unnest(reference.columns) with ordinality as key (number, position)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = key.number order by position) as "columnNames",
      r.relname as "referencedTable", greatest(c.reltuples, 0) as tuples,
      c.relpages * current_setting('block_size')::bigint as "heapBytes",
      coalesce(s.seq_scan, 0) as "sequentialScans",
      coalesce(rs.n_tup_del + rs.n_tup_upd, 0) as "referencedChanges"
    from reference
    join pg_class c on c.oid = reference.relid
    join pg_namespace n on n.oid = c.relnamespace and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    left join pg_class r on r.oid = reference.referenced
    left join pg_stat_all_tables s on s.relid = c.oid
    left join pg_stat_all_tables rs on rs.relid = reference.referenced
    where c.relpersistence <> 't'
      and not exists (
        select from pg_index i
        where c.relkind = 'p' and i.indrelid = c.oid and i.indisvalid and i.indpred is null
          and (i.indkey::int2[])[0:least(cardinality(reference.columns), i.indnkeyatts) - 1] @> reference.columns)
    order by n.nspname, c.relname, reference.columns`,
  row: Row,
} satisfies Query<ReferenceRow>;
