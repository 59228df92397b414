import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  oid: Numeric,
  /** By `relpages`, which VACUUM and ANALYZE keep: nothing is waited for. */
  indexBytes: Numeric,
  sequentialScans: Numeric,
  indexScans: Numeric,
  inserted: Numeric,
  updated: Numeric,
  updatedHot: Numeric,
  deleted: Numeric,
});

/** How every table is used, since its statistics began. */
export const tableUsage = {
  sql: `
    select
      s.relid as oid,
      (select coalesce(sum(c.relpages), 0) * current_setting('block_size')::bigint
        from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = s.relid) as "indexBytes",
      s.seq_scan as "sequentialScans", coalesce(s.idx_scan, 0) as "indexScans",
      s.n_tup_ins as inserted, s.n_tup_upd as updated, s.n_tup_hot_upd as "updatedHot", s.n_tup_del as deleted
    from pg_stat_user_tables s`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
