import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({ hidden: Numeric, role: z.string() });

/** Sessions in this database of which our role sees no more than that they exist: the server nulls their state. */
export const hiddenSessions = {
  sql: `
    select count(*) as hidden, current_user as role
    from pg_stat_activity
    where datname = current_database() and usesysid is not null and state is null and backend_type is null`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
