import * as z from 'zod';
import type { Query } from '../index.js';

const Row = z.object({ schema: z.string(), version: z.string() });

/** Where the extension named by $1 lives; no row when it is not installed in this database. */
export const extensionSchemas = {
  sql: `
    select n.nspname as schema, e.extversion as version
    from pg_extension e
    join pg_namespace n on n.oid = e.extnamespace
    where e.extname = $1`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
