import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  sizeBytes: Numeric,
  fileNode: Numeric,
  deadTuples: Numeric.nullable(),
  /** Of the table, by hand; null for an index. */
  vacuumCount: Numeric.nullable(),
  analyzeCount: Numeric.nullable(),
  /** Null for a table. */
  isValid: z.boolean().nullable(),
  countsAreKept: z.boolean(),
});
export type ObjectState = z.infer<typeof Row>;

/** What maintenance changes about the table or index with the oid $1; no row once it is gone. */
export const objectState = {
  sql: `
    select
      pg_relation_size(c.oid) + coalesce(pg_relation_size(nullif(c.reltoastrelid, 0)), 0) as "sizeBytes",
      c.relfilenode as "fileNode",
      s.n_dead_tup as "deadTuples", s.vacuum_count as "vacuumCount", s.analyze_count as "analyzeCount",
      i.indisvalid as "isValid", current_setting('track_counts')::bool as "countsAreKept"
    from pg_class c
    left join pg_stat_all_tables s on s.relid = c.oid
    left join pg_index i on i.indexrelid = c.oid
    where c.oid = $1`,
  row: Row,
} satisfies Query<ObjectState>;
