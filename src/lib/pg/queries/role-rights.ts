import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  role: z.string(),
  isStandby: z.boolean(),
  tables: Numeric,
  /** Tables that the role may not vacuum, by owner, the first few. */
  notMaintained: z.array(z.string()),
  notMaintainedCount: Numeric,
  owners: z.array(z.string()),
  /** The smallest table that it may, for a trial. */
  trialTable: z.string().nullable(),
  unreadable: z.array(z.string()),
  unreadableCount: Numeric,
  /** Tables whose row security holds for the role. */
  rowSecured: z.array(z.string()),
  /** The smallest btree index, for a trial of pgstattuple. */
  trialIndex: Numeric.nullable(),
});
export type RoleRights = z.infer<typeof Row>;

/** What our role may do to every table and sequence of this database, from the catalogue. */
export const roleRights = {
  sql: `
    with relation as (
      select c.oid, c.relkind, c.relpages, c.relrowsecurity, format('%I.%I', n.nspname, c.relname) as name,
        pg_get_userbyid(c.relowner)::text as owner,
        has_schema_privilege(n.oid, 'usage') and (pg_has_role(c.relowner, 'usage') or pg_has_role(d.datdba, 'usage')
          or case when current_setting('server_version_num')::int >= 170000
            then has_table_privilege(c.oid, 'MAINTAIN') else false end) as is_maintained,
        has_schema_privilege(n.oid, 'usage') and case when c.relkind = 'S'
          then has_sequence_privilege(c.oid, 'select') else has_table_privilege(c.oid, 'select') end as is_readable
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_database d on d.datname = current_database()
      where c.relkind in ('r', 'm', 'S') and c.relpersistence <> 't'
        and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
    ),
    kept as (select * from relation where relkind <> 'S')
    select
      current_user as role, pg_is_in_recovery() as "isStandby",
      (select count(*) from kept) as tables,
      array(select name from kept where not is_maintained order by name limit 3) as "notMaintained",
      (select count(*) from kept where not is_maintained) as "notMaintainedCount",
      array(select distinct owner from kept where not is_maintained order by 1) as owners,
      (select name from kept where is_maintained and relkind = 'r' order by relpages, name limit 1) as "trialTable",
      array(select name from relation where not is_readable order by name limit 3) as unreadable,
      (select count(*) from relation where not is_readable) as "unreadableCount",
      array(select name from kept where relrowsecurity and row_security_active(oid) order by name limit 3) as "rowSecured",
      (select i.indexrelid from pg_index i join kept on kept.oid = i.indrelid
        join pg_class c on c.oid = i.indexrelid join pg_am m on m.oid = c.relam and m.amname = 'btree'
        where i.indisvalid order by c.relpages limit 1) as "trialIndex"`,
  row: Row,
} satisfies Query<RoleRights>;
