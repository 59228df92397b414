import * as z from 'zod';
import type { Query } from '../index.js';

const Row = z.object({ name: z.string() });

/** Extensions that our role may create in this database: those the server has, and of them the trusted, or all. */
export const creatableExtensions = {
  sql: `
    select distinct name
    from pg_available_extension_versions
    where trusted or not superuser or current_setting('is_superuser')::bool
    order by name`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
