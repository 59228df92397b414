import * as z from 'zod';
import type { Query } from '../index.js';

export const PublicGrants = z.object({
  /** Schemas in which everybody may create objects: what another role calls may then be theirs. */
  creatableSchemas: z.array(z.string()),
  /** Tables that everybody may read or change. */
  openTables: z.array(z.string()),
  /** Default rights that open what is yet to be made: `role: objects`. */
  defaultGrants: z.array(z.string()),
  /** Functions with the rights of a superuser whose search_path the caller chooses. */
  definerFunctions: z.array(z.string()),
});

/** What every role may do here. A grantee of 0 is PUBLIC. */
export const publicGrants = {
  sql: `
    with own_schema as (
      select oid, nspname, nspacl from pg_namespace
      where nspname not in ('pg_catalog', 'information_schema') and nspname not like 'pg\\_toast%' and nspname not like 'pg\\_temp%'
    ),
    own_object as (
      select p.oid from pg_depend d join pg_proc p on p.oid = d.objid and d.classid = 'pg_proc'::regclass
      where d.deptype = 'e'
      union all
      select c.oid from pg_depend d join pg_class c on c.oid = d.objid and d.classid = 'pg_class'::regclass
      where d.deptype = 'e'
    )
    select
      array(
        select distinct quote_ident(s.nspname) from own_schema s, aclexplode(s.nspacl) a
        where a.grantee = 0 and a.privilege_type = 'CREATE' order by 1) as "creatableSchemas",
      array(
        select distinct format('%I.%I', s.nspname, c.relname)
        from pg_class c join own_schema s on s.oid = c.relnamespace, aclexplode(c.relacl) a
        where a.grantee = 0 and c.relkind in ('r', 'p', 'm', 'v') and c.oid not in (select oid from own_object)
        order by 1 limit 100) as "openTables",
      array(
        select distinct format('%s: %s', pg_get_userbyid(d.defaclrole),
          case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'n' then 'schemas' else 'others' end)
        from pg_default_acl d, aclexplode(d.defaclacl) a
        where a.grantee = 0 and d.defaclobjtype in ('r', 'S', 'n') order by 1 limit 100) as "defaultGrants",
      array(
        select p.oid::regprocedure::text
        from pg_proc p join own_schema s on s.oid = p.pronamespace join pg_roles r on r.oid = p.proowner
        where p.prosecdef and r.rolsuper and p.oid not in (select oid from own_object)
          and not exists (select from unnest(p.proconfig) setting where setting like 'search\\_path=%')
        order by 1 limit 100) as "definerFunctions"`,
  row: PublicGrants,
} satisfies Query<z.infer<typeof PublicGrants>>;
