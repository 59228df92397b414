import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  isEnabled: z.boolean(),
  failures: z.array(z.object({ database: z.string(), failures: Numeric, last: z.string().nullable() })),
});

/** Whether pages are checksummed, and where a page failed. Shared catalogues are counted under no database. */
export const checksumFailures = {
  sql: `
    select
      current_setting('data_checksums')::bool as "isEnabled",
      coalesce((
        select jsonb_agg(jsonb_build_object(
          'database', coalesce(datname, 'shared catalogues'), 'failures', checksum_failures,
          'last', checksum_last_failure) order by checksum_last_failure desc)
        from pg_stat_database where checksum_failures > 0), '[]') as failures`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
