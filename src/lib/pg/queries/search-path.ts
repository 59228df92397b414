import * as z from 'zod';
import type { Query } from '../index.js';

const Row = z.object({ schemas: z.array(z.string()) });

/** The schemas in which our role finds what is called by a bare name; asked with its own search_path. */
export const searchPath = {
  sql: 'select pg_catalog.current_schemas(false)::text[] as schemas',
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
