import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  system: z.string(),
  versionNumber: Numeric,
  role: z.string(),
  isSuperuser: z.boolean(),
  mayCreate: z.boolean(),
  /** Owns the database, or may act as its owner; null when there is none of this name. */
  mayReplace: z.boolean().nullable(),
  /** Null likewise. */
  sizeBytes: Numeric.nullable(),
  roles: z.array(z.string()),
  isStandby: z.boolean(),
  /** What ends the transactions prepared in it, with which it cannot be renamed. */
  prepared: z.array(z.string()),
});
export type RestoreTarget = z.infer<typeof Row>;

/** The server a backup is to be restored on, and the database named by $1, should there be one. */
export const restoreTarget = {
  sql: `
    select
      (select system_identifier from pg_control_system())::text as system,
      current_setting('server_version_num')::int as "versionNumber",
      current_user as role, r.rolsuper as "isSuperuser", r.rolsuper or r.rolcreatedb as "mayCreate",
      (select pg_has_role(datdba, 'usage') from pg_database where datname = $1) as "mayReplace",
      (select pg_database_size(oid) from pg_database where datname = $1) as "sizeBytes",
      array(select rolname::text from pg_roles) as roles,
      pg_is_in_recovery() as "isStandby",
      array(select format('COMMIT PREPARED %L, or ROLLBACK PREPARED %L', gid, gid) from pg_prepared_xacts where database = $1)
        as prepared
    from pg_roles r
    where r.rolname = current_user`,
  row: Row,
} satisfies Query<RestoreTarget>;
