import * as z from 'zod';
import { Instant, Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  oid: Numeric,
  schema: z.string(),
  name: z.string(),
  tableOid: Numeric,
  table: z.string(),
  accessMethod: z.string(),
  isUnique: z.boolean(),
  isPrimary: z.boolean(),
  isExclusion: z.boolean(),
  isReplicaIdentity: z.boolean(),
  /** When it is unique, what of: whether at once or at the end of a transaction, and whether of nulls, too. */
  uniqueness: z.string(),
  /** Belongs to a constraint, or a foreign key relies on it: a DROP INDEX would be refused. */
  isConstraint: z.boolean(),
  isValid: z.boolean(),
  isReady: z.boolean(),
  /** Part of an index of a partitioned table. */
  isPartition: z.boolean(),
  isBuilding: z.boolean(),
  isToast: z.boolean(),
  /** Attribute numbers of the table, 0 for an expression; the first `keyColumns` are the key, the rest is INCLUDEd. */
  columns: z.array(z.number()),
  keyColumns: z.number(),
  /** What the columns mean to the index: operator class, collation and order of each. */
  traits: z.string(),
  /** Null when the table is locked: both are only to be had by waiting for it. */
  expressions: z.string().nullable(),
  definition: z.string().nullable(),
  predicate: z.string().nullable(),
  isLocked: z.boolean(),
  sizeBytes: Numeric,
  fileNode: Numeric,
  tuples: Numeric,
  tableTuples: Numeric,
  /** ANALYZE runs of the table since its statistics began. */
  analyzeCount: Numeric,
  lastAnalyze: Instant.nullable(),
  fillFactor: Numeric,
  deduplicates: z.boolean(),
  scans: Numeric,
  /** Null before PostgreSQL 16, and when never. */
  lastScan: z.string().nullable(),
  /** Rows written to the table that this index had to follow, since the statistics began. */
  tableWrites: Numeric,
  tablespaceOid: Numeric,
  /** Only its owner may drop an index. */
  mayDrop: z.boolean(),
  mayReindex: z.boolean(),
  owner: z.string(),
});
export type IndexRow = z.infer<typeof Row>;

/**
 * Every index of the application, valid or not, with what tells one from another and what a decision needs.
 *
 * One that is dropped meanwhile has no size, and is left out.
 * Waits for nobody: `pg_relation_size`, `pg_get_indexdef` and `pg_get_expr` queue behind an ACCESS EXCLUSIVE lock, so a
 * table on which one is held or wanted is described by the catalogue alone (`relpages`). Deduplication (13+) needs the
 * equal-image support function (number 4) of every key column; INCLUDE rules it
 * out. Of another role's progress only its session is shown without pg_read_all_stats; the locks that it keeps on the table
 * and on a copy are shown to all.
 */
export const indexInventory = {
  sql: `
    with lock as materialized (
      select relation, mode, pid from pg_locks
      where locktype = 'relation' and mode in ('AccessExclusiveLock', 'ShareUpdateExclusiveLock')
        and database = (select oid from pg_database where datname = current_database())
    ),
    locked as materialized (select relation from lock where mode = 'AccessExclusiveLock')
    select
      i.indexrelid as oid, n.nspname as schema, c.relname as name, i.indrelid as "tableOid", t.relname as table,
      am.amname as "accessMethod", i.indisunique as "isUnique", i.indisprimary as "isPrimary",
      i.indisexclusion as "isExclusion", i.indisreplident as "isReplicaIdentity",
      -- NULLS NOT DISTINCT exists since 15.
      concat_ws('/', i.indimmediate, to_jsonb(i) ->> 'indnullsnotdistinct') as uniqueness,
      exists (select from pg_constraint k where k.conindid = i.indexrelid) as "isConstraint",
      i.indisvalid as "isValid", i.indisready as "isReady", c.relispartition as "isPartition",
      exists (
          select from pg_stat_progress_create_index p
          where p.relid = i.indrelid or exists (select from lock where lock.relation = i.indrelid and lock.pid = p.pid))
        or exists (
          select from lock
          where lock.relation = i.indexrelid and mode = 'ShareUpdateExclusiveLock' and pid <> pg_backend_pid())
        as "isBuilding",
      n.nspname = 'pg_toast' as "isToast",
      string_to_array(i.indkey::text, ' ')::int[] as columns, i.indnkeyatts as "keyColumns",
      concat_ws('/', i.indclass, i.indcollation, i.indoption) as traits,
      case when not held then pg_get_expr(i.indexprs, i.indrelid) end as expressions,
      case when not held then pg_get_indexdef(i.indexrelid) end as definition,
      case when not held then pg_get_expr(i.indpred, i.indrelid) end as predicate,
      held as "isLocked",
      coalesce(bytes, 0) as "sizeBytes",
      c.relfilenode as "fileNode", greatest(c.reltuples, 0) as tuples, greatest(t.reltuples, 0) as "tableTuples",
      coalesce(s.analyze_count + s.autoanalyze_count, 0) as "analyzeCount",
      greatest(s.last_analyze, s.last_autoanalyze) as "lastAnalyze",
      coalesce(options.fillfactor, 90) as "fillFactor",
      am.amname = 'btree' and coalesce(options.deduplicate, true) and i.indnatts = i.indnkeyatts
        and not exists (
          select from unnest(i.indclass) as key (class)
          join pg_opclass o on o.oid = key.class
          where not exists (
            select from pg_amproc p
            where p.amprocfamily = o.opcfamily and p.amproclefttype = o.opcintype and p.amprocnum = 4))
        and not exists (
          select from unnest(i.indcollation) as key (collation_oid)
          join pg_collation l on l.oid = key.collation_oid
          where not l.collisdeterministic)
        as deduplicates,
      coalesce(u.idx_scan, 0) as scans, to_jsonb(u) ->> 'last_idx_scan' as "lastScan",
      coalesce(s.n_tup_ins + s.n_tup_upd - s.n_tup_hot_upd, 0) as "tableWrites",
      c.reltablespace as "tablespaceOid",
      pg_has_role(c.relowner, 'usage') as "mayDrop",
      has_schema_privilege(n.oid, 'usage') and (pg_has_role(c.relowner, 'usage')
        or case when current_setting('server_version_num')::int >= 170000
          then coalesce(has_table_privilege(i.indrelid, 'MAINTAIN'), false) else false end) as "mayReindex",
      pg_get_userbyid(c.relowner) as owner
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_class t on t.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace
    join pg_am am on am.oid = c.relam
    cross join lateral (select i.indrelid in (select relation from locked)
      or i.indexrelid in (select relation from locked) as held) as reach
    cross join lateral (
      select case when held then c.relpages * current_setting('block_size')::bigint
        else pg_relation_size(i.indexrelid) end as bytes) as size
    cross join lateral (
      select
        max(option_value) filter (where option_name = 'fillfactor')::int as fillfactor,
        bool_and(option_value::bool) filter (where option_name = 'deduplicate_items') as deduplicate
      from pg_options_to_table(c.reloptions)) as options
    left join pg_stat_all_tables s on s.relid = i.indrelid
    left join pg_stat_all_indexes u on u.indexrelid = i.indexrelid
    where c.relkind = 'i' and c.relpersistence <> 't'
      and n.nspname not in ('pg_catalog', 'information_schema') and bytes is not null
    order by n.nspname, t.relname, c.relname`,
  row: Row,
} satisfies Query<IndexRow>;
