import * as z from 'zod';
import type { Query } from '../index.js';

export const LoginRole = z.object({
  name: z.string(),
  isSuperuser: z.boolean(),
  createsRoles: z.boolean(),
  /** Predefined roles that reach the operating system of the server, of which it is a member. */
  serverRights: z.array(z.string()),
  validUntil: z.iso.datetime().nullable(),
  /** Tables and the like of this database that belong to it, but those of extensions. */
  ownedTables: z.number(),
});

/** Roles that can log in. `infinity`, which never comes, is no end. */
export const loginRoles = {
  sql: `
    select
      r.rolname::text as name, r.rolsuper as "isSuperuser", r.rolcreaterole as "createsRoles",
      array(
        select s.rolname::text from pg_roles s
        where s.rolname in ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')
          and not r.rolsuper and pg_has_role(r.oid, s.oid, 'usage')
        order by 1) as "serverRights",
      to_char(nullif(r.rolvaliduntil, 'infinity') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "validUntil",
      (select count(*)::int from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relowner = r.oid and c.relkind in ('r', 'p', 'm', 'v', 'S')
          and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_toast%'
          and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
        ) as "ownedTables"
    from pg_roles r
    where r.rolcanlogin
    order by r.rolname
    limit 1000`,
  row: LoginRole,
} satisfies Query<z.infer<typeof LoginRole>>;
