import * as z from 'zod';
import type { Query } from '../index.js';

const Row = z.object({ system: z.string(), database: z.string(), isStandby: z.boolean() });
export type DatabaseIdentity = z.infer<typeof Row>;

/** Which database this is, whatever address it is reached by; a copy made by initdb or a restore is another. */
export const databaseIdentity = {
  sql: `
    select
      (select system_identifier from pg_control_system())::text as system,
      current_database() as database,
      pg_is_in_recovery() as "isStandby"`,
  row: Row,
} satisfies Query<DatabaseIdentity>;
