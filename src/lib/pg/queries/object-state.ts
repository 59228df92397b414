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

/**
 * What maintenance changes about the table or index with the oid $1; no row once it is gone. Waits for nobody: while
 * ACCESS EXCLUSIVE is held or wanted on it, its size comes from `relpages`.
 */
export const objectState = {
  sql: `
    with locked as materialized (
      select relation from pg_locks
      where locktype = 'relation' and mode = 'AccessExclusiveLock' and pid <> pg_backend_pid()
        and database = (select oid from pg_database where datname = current_database())
    )
    select
      case when c.oid in (select relation from locked) or c.reltoastrelid in (select relation from locked)
        then (c.relpages + coalesce(t.relpages, 0)) * current_setting('block_size')::bigint
        else coalesce(pg_relation_size(c.oid), 0) + coalesce(pg_relation_size(t.oid), 0) end as "sizeBytes",
      c.relfilenode as "fileNode",
      s.n_dead_tup as "deadTuples", s.vacuum_count as "vacuumCount", s.analyze_count as "analyzeCount",
      i.indisvalid as "isValid", current_setting('track_counts')::bool as "countsAreKept"
    from pg_class c
    left join pg_class t on t.oid = c.reltoastrelid
    left join pg_stat_all_tables s on s.relid = c.oid
    left join pg_index i on i.indexrelid = c.oid
    where c.oid = $1`,
  row: Row,
} satisfies Query<ObjectState>;
