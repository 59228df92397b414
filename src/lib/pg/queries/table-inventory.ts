import * as z from 'zod';
import { Instant, Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  oid: Numeric,
  schema: z.string(),
  name: z.string(),
  /** `r` table, `m` materialized view, `p` partitioned: the last holds no rows itself. */
  kind: z.enum(['r', 'm', 'p']),
  /** Whether the server keeps statistics of it: of a partitioned table since 14. */
  isCounted: z.boolean(),
  isLocked: z.boolean(),
  /** Main fork and TOAST, without indexes. */
  sizeBytes: Numeric,
  heapBytes: Numeric,
  toastBytes: Numeric,
  /** Rows of the TOAST table, each a piece of a value; null before its first VACUUM, for ANALYZE does not count them. */
  toastTuples: Numeric.nullable(),
  tuples: Numeric,
  liveTuples: Numeric,
  deadTuples: Numeric,
  changedTuples: Numeric,
  /** 0 before PostgreSQL 13. */
  insertedTuples: Numeric,
  lastVacuum: Instant.nullable(),
  lastAnalyze: Instant.nullable(),
  vacuumCount: Numeric,
  analyzeCount: Numeric,
  xidAge: Numeric,
  multixactAge: Numeric,
  /** Rows from which autovacuum would act, by the table's own settings; −1 insertions: never. */
  vacuumThreshold: Numeric,
  insertThreshold: Numeric,
  analyzeThreshold: Numeric,
  freezeMaxAge: Numeric,
  multixactFreezeMaxAge: Numeric,
  autovacuumEnabled: z.boolean(),
  fillFactor: Numeric,
  fileNode: Numeric,
  tablespaceOid: Numeric,
  isBeingVacuumed: z.boolean(),
  mayMaintain: z.boolean(),
  owner: z.string(),
});
export type TableRow = z.infer<typeof Row>;

/** Since 18 dead rows count up to here, however large the table is; null without this limit. `own`: storage parameters. */
export const MAX_VACUUM_THRESHOLD = `
        nullif(coalesce(own ->> 'autovacuum_vacuum_max_threshold',
          current_setting('autovacuum_vacuum_max_threshold', true), '-1')::float8, -1)`;

/**
 * Every table of the application with its statistics and the thresholds that hold for it: its storage parameters (as
 * the server parses them, `pg_options_to_table`) before the server's settings. Ages include the TOAST table's.
 *
 * A table that is dropped meanwhile has no size, and is left out.
 * Waits for nobody: sizes of a table on which ACCESS EXCLUSIVE is held or wanted come from `relpages`. Before 17 the
 * owner of the table or of the database may vacuum, from 17 on whoever has MAINTAIN, too; and all of them
 * only in a schema that they may enter.
 */
export const tableInventory = {
  sql: `
    with locked as materialized (
      select relation from pg_locks
      where locktype = 'relation' and mode = 'AccessExclusiveLock'
        and database = (select oid from pg_database where datname = current_database())
    )
    select
      c.oid, n.nspname as schema, c.relname as name, c.relkind::text as kind,
      s.relid is not null as "isCounted", held as "isLocked",
      coalesce("heapBytes", 0) + "toastBytes" as "sizeBytes", coalesce("heapBytes", 0) as "heapBytes", "toastBytes",
      -- As the planner does it: what was added since has the density of then.
      case when t.relpages > 0 and t.reltuples >= 0
        then greatest(t.reltuples / t.relpages * "toastBytes" / block, ts.n_live_tup) end as "toastTuples",
      greatest(c.reltuples, 0) as tuples,
      coalesce(s.n_live_tup, 0) as "liveTuples", coalesce(s.n_dead_tup, 0) as "deadTuples",
      coalesce(s.n_mod_since_analyze, 0) as "changedTuples",
      coalesce((to_jsonb(s) ->> 'n_ins_since_vacuum')::bigint, 0) as "insertedTuples",
      greatest(s.last_vacuum, s.last_autovacuum) as "lastVacuum",
      greatest(s.last_analyze, s.last_autoanalyze) as "lastAnalyze",
      coalesce(s.vacuum_count, 0) as "vacuumCount", coalesce(s.analyze_count, 0) as "analyzeCount",
      case when c.relkind = 'p' then 0 else greatest(age(c.relfrozenxid), age(t.relfrozenxid)) end as "xidAge",
      case when c.relkind = 'p' then 0 else greatest(mxid_age(c.relminmxid), mxid_age(t.relminmxid)) end
        as "multixactAge",
      least(vacuum_threshold + vacuum_scale * greatest(c.reltuples, 0), vacuum_max_threshold) as "vacuumThreshold",
      case when insert_threshold < 0 then -1
        else insert_threshold + insert_scale * greatest(c.reltuples, 0) * unfrozen end as "insertThreshold",
      analyze_threshold + analyze_scale * greatest(c.reltuples, 0) as "analyzeThreshold",
      freeze_max_age as "freezeMaxAge", multixact_freeze_max_age as "multixactFreezeMaxAge",
      autovacuum_enabled as "autovacuumEnabled", fillfactor as "fillFactor", c.relfilenode as "fileNode",
      c.reltablespace as "tablespaceOid",
      exists (select from pg_stat_progress_vacuum p where p.relid in (c.oid, c.reltoastrelid)) as "isBeingVacuumed",
      has_schema_privilege(n.oid, 'usage') and (pg_has_role(c.relowner, 'usage') or pg_has_role(d.datdba, 'usage')
        or case when current_setting('server_version_num')::int >= 170000
          then coalesce(has_table_privilege(c.oid, 'MAINTAIN'), false) else false end) as "mayMaintain",
      pg_get_userbyid(c.relowner) as owner
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_database d on d.datname = current_database()
    left join pg_class t on t.oid = c.reltoastrelid
    left join pg_stat_all_tables s on s.relid = c.oid
    left join pg_stat_all_tables ts on ts.relid = t.oid
    cross join lateral (select current_setting('block_size')::bigint as block) as server
    cross join lateral (
      select c.oid in (select relation from locked) or c.reltoastrelid in (select relation from locked) as held
    ) as lock
    cross join lateral (
      select case when held then c.relpages * block else pg_relation_size(c.oid) end as "heapBytes"
    ) as heap
    cross join lateral (
      select coalesce(case when held then t.relpages * block else pg_relation_size(t.oid) end, 0) as "toastBytes"
    ) as toast
    cross join lateral (
      select
        coalesce(own ->> 'autovacuum_vacuum_threshold', current_setting('autovacuum_vacuum_threshold'))::float8
          as vacuum_threshold,
        coalesce(own ->> 'autovacuum_vacuum_scale_factor', current_setting('autovacuum_vacuum_scale_factor'))::float8
          as vacuum_scale,
        ${MAX_VACUUM_THRESHOLD} as vacuum_max_threshold,
        coalesce(own ->> 'autovacuum_vacuum_insert_threshold',
          current_setting('autovacuum_vacuum_insert_threshold', true), '-1')::float8 as insert_threshold,
        coalesce(own ->> 'autovacuum_vacuum_insert_scale_factor',
          current_setting('autovacuum_vacuum_insert_scale_factor', true), '0')::float8 as insert_scale,
        -- Since 18 insertions count against the pages that are not frozen.
        greatest(1 - coalesce((to_jsonb(c) ->> 'relallfrozen')::float8 / nullif(c.relpages, 0), 0), 0) as unfrozen,
        coalesce(own ->> 'autovacuum_analyze_threshold', current_setting('autovacuum_analyze_threshold'))::float8
          as analyze_threshold,
        coalesce(own ->> 'autovacuum_analyze_scale_factor',
          current_setting('autovacuum_analyze_scale_factor'))::float8 as analyze_scale,
        least((own ->> 'autovacuum_freeze_max_age')::bigint, current_setting('autovacuum_freeze_max_age')::bigint)
          as freeze_max_age,
        least((own ->> 'autovacuum_multixact_freeze_max_age')::bigint,
          current_setting('autovacuum_multixact_freeze_max_age')::bigint) as multixact_freeze_max_age,
        coalesce((own ->> 'autovacuum_enabled')::bool, true) as autovacuum_enabled,
        coalesce(own ->> 'fillfactor', '100')::int as fillfactor
      from (
        select coalesce(jsonb_object_agg(option_name, option_value), '{}') as own
        from pg_options_to_table(c.reloptions)
      ) as options
    ) as settings
    where c.relkind in ('r', 'm', 'p') and c.relpersistence <> 't'
      and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
      and "heapBytes" is not null
    order by n.nspname, c.relname`,
  row: Row,
} satisfies Query<TableRow>;
