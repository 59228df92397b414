import * as z from 'zod';
import { Instant, Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  mode: z.enum(['off', 'on', 'always']),
  archived: Numeric,
  failed: Numeric,
  lastArchived: Instant.nullable(),
  lastFailed: Instant.nullable(),
  /** Name of the file of write-ahead log that failed last. */
  lastFailedFile: z.string().nullable(),
});
export type ArchiverState = z.infer<typeof Row>;

/** Whether the write-ahead log gets into its archive. */
export const archiverState = {
  sql: `
    select current_setting('archive_mode') as mode, archived_count as archived, failed_count as failed,
      last_archived_time as "lastArchived", last_failed_time as "lastFailed", last_failed_wal as "lastFailedFile"
    from pg_stat_archiver`,
  row: Row,
} satisfies Query<ArchiverState>;
