import * as z from 'zod';
import type { Query } from '../index.js';

export const SecuritySettings = z.object({
  role: z.string(),
  database: z.string(),
  ssl: z.boolean(),
  listenAddresses: z.string(),
  passwordEncryption: z.string(),
  /** Address of this session as the server sees it; null on a socket. */
  clientAddress: z.string().nullable(),
  isEncrypted: z.boolean(),
  readsPasswords: z.boolean(),
  readsHba: z.boolean(),
});

/** Settings that decide who gets in and who can listen, and what of the rest our role may read. */
export const securitySettings = {
  sql: `
    select
      current_user::text as role, current_database()::text as database,
      current_setting('ssl')::bool as ssl,
      coalesce(current_setting('listen_addresses', true), '') as "listenAddresses",
      current_setting('password_encryption') as "passwordEncryption",
      host(inet_client_addr()) as "clientAddress",
      coalesce((select s.ssl from pg_stat_ssl s where s.pid = pg_backend_pid()), false) as "isEncrypted",
      has_table_privilege('pg_catalog.pg_authid', 'select') as "readsPasswords",
      has_table_privilege('pg_catalog.pg_hba_file_rules', 'select')
        and has_function_privilege('pg_catalog.pg_hba_file_rules()', 'execute') as "readsHba"`,
  row: SecuritySettings,
} satisfies Query<z.infer<typeof SecuritySettings>>;
