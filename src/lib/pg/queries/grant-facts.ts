import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  version: Numeric,
  database: z.string(),
  /** Roles that own a table or an index of the application. */
  owners: z.array(z.string()),
  /** Those of them that may do everything. */
  superusers: z.array(z.string()),
  schemas: z.array(z.string()),
  /** A table has row security, which hides rows even from pg_read_all_data. */
  hasRowSecurity: z.boolean(),
  /** Functions of amcheck as SQL names them: pg_monitor may not call them. */
  checkFunctions: z.array(z.string()),
});
export type GrantFacts = z.infer<typeof Row>;

/** What decides which rights a role needs here. */
export const grantFacts = {
  sql: `
    with relation as (
      select c.relowner, c.relrowsecurity, n.nspname
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't'
        and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    )
    select
      current_setting('server_version_num')::int as version, current_database() as database,
      array(select distinct pg_get_userbyid(relowner)::text from relation order by 1) as owners,
      array(select rolname::text from pg_roles where rolsuper and oid in (select relowner from relation) order by 1)
        as superusers,
      array(select distinct nspname::text from relation order by 1) as schemas,
      exists (select from relation where relrowsecurity) as "hasRowSecurity",
      array(
        select p.oid::regprocedure::text
        from pg_extension e
        join pg_depend d on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid and d.deptype = 'e'
        join pg_proc p on d.classid = 'pg_proc'::regclass and p.oid = d.objid
        where e.extname = 'amcheck' order by 1) as "checkFunctions"`,
  row: Row,
} satisfies Query<GrantFacts>;
