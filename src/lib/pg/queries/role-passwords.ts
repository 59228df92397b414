import * as z from 'zod';
import type { Query } from '../index.js';

export const RolePassword = z.object({ name: z.string(), kind: z.enum(['none', 'md5', 'scram', 'other']) });

/** How the passwords of login roles are kept, and nothing of them. Only where `readsPasswords` of the settings is true. */
export const rolePasswords = {
  sql: `
    select rolname::text as name,
      case when rolpassword is null then 'none' when rolpassword like 'md5%' then 'md5'
        when rolpassword like 'SCRAM-SHA-256$%' then 'scram' else 'other' end as kind
    from pg_authid
    where rolcanlogin
    order by rolname
    limit 1000`,
  row: RolePassword,
} satisfies Query<z.infer<typeof RolePassword>>;
