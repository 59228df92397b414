import * as z from 'zod';
import type { Query } from '../index.js';

export const HbaRule = z.object({
  line: z.number().int(),
  /** `local`, `host`, `hostssl`, `hostnossl`, …; null where the line is faulty. */
  type: z.string().nullable(),
  databases: z.array(z.string()),
  users: z.array(z.string()),
  /** An address, `all`, `samehost`, `samenet` or a name; null for `local`. */
  address: z.string().nullable(),
  netmask: z.string().nullable(),
  method: z.string().nullable(),
  error: z.string().nullable(),
});

/** pg_hba.conf as it stands on the disk. Only where `readsHba` of the settings is true. */
export const hbaRules = {
  sql: `
    select line_number as line, type, coalesce(database, '{}') as databases, coalesce(user_name, '{}') as users,
      address, netmask, auth_method as method, error
    from pg_hba_file_rules
    order by line_number
    limit 1000`,
  row: HbaRule,
} satisfies Query<z.infer<typeof HbaRule>>;
