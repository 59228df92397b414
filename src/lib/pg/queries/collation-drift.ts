import * as z from 'zod';
import type { Query } from '../index.js';

const Row = z.object({
  /** As SQL names it: `database x` or `collation y`. */
  what: z.string(),
  recorded: z.string(),
  actual: z.string(),
  /** Names of indexes whose order may no longer be right, as SQL writes them. */
  indexes: z.array(z.string()),
  refresh: z.string(),
});
export type CollationDrift = z.infer<typeof Row>;

/**
 * Collations whose sort order was another when their indexes were built, as after an update of the operating system;
 * for those of glibc the server records it since 13.
 */
export const collationDrift = {
  sql: `
    with used as (
      select distinct i.indexrelid, key.collation_oid
      from pg_index i
      join pg_class c on c.oid = i.indexrelid
      join pg_namespace n on n.oid = c.relnamespace and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
      cross join lateral unnest(i.indcollation) as key (collation_oid)
      where key.collation_oid <> 0
    ),
    drifted as (
      select l.oid as collation_oid, format('collation %I.%I', n.nspname, l.collname) as what,
        l.collversion as recorded, pg_collation_actual_version(l.oid) as actual,
        format('ALTER COLLATION %I.%I REFRESH VERSION', n.nspname, l.collname) as refresh
      from pg_collation l
      join pg_namespace n on n.oid = l.collnamespace
      where l.collversion is not null and exists (select from used where used.collation_oid = l.oid)
    )
    select what, recorded, actual, refresh,
      array(select indexrelid::regclass::text from used where used.collation_oid = drifted.collation_oid order by 1) as indexes
    from drifted
    where recorded is not null and actual is not null and recorded <> actual`,
  row: Row,
} satisfies Query<CollationDrift>;

/** First version that records the collation of a database. */
export const RECORDS_DATABASE_COLLATION = 150_000;

/** The same for the database's own collation, which has the oid 100 in an index. */
export const databaseCollationDrift = {
  sql: `
    select
      format('database %I', datname) as what, datcollversion as recorded,
      pg_database_collation_actual_version(oid) as actual,
      format('ALTER DATABASE %I REFRESH COLLATION VERSION', datname) as refresh,
      array(
        select i.indexrelid::regclass::text
        from pg_index i
        join pg_class c on c.oid = i.indexrelid
        join pg_namespace n on n.oid = c.relnamespace and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
        where 100 = any (i.indcollation::oid[]) order by 1) as indexes
    from pg_database
    where datname = current_database() and datcollversion <> pg_database_collation_actual_version(oid)`,
  row: Row,
} satisfies Query<CollationDrift>;
