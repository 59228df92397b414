import * as z from 'zod';
import { Instant, Numeric } from '../columns.js';
import { quoteName } from '../identifier.js';
import type { Query } from '../index.js';

const Counters = z.object({
  /** Query, role and level as one text: what tells one entry from another. Null: our role may not see which query it is. */
  key: z.string().nullable(),
  calls: Numeric,
  totalMs: Numeric,
  rows: Numeric,
  hitBlocks: Numeric,
  readBlocks: Numeric,
  temporaryBlocks: Numeric,
});
export type StatementCounters = z.infer<typeof Counters>;

/**
 * Counters of every statement of this database, of all roles, without the texts: they can be megabytes. `toplevel`
 * exists since 14; the other columns are the same from 13 to 18.
 */
export const statementCounters = (schema: string): Query<StatementCounters> => ({
  sql: `
    select
      queryid || '/' || userid || coalesce('/' || (to_jsonb(s) ->> 'toplevel'), '') as key,
      calls, total_exec_time as "totalMs", rows, shared_blks_hit as "hitBlocks", shared_blks_read as "readBlocks",
      temp_blks_written as "temporaryBlocks"
    from ${quoteName(schema)}.pg_stat_statements(false) as s
    where dbid = (select oid from pg_database where datname = current_database())`,
  row: Counters,
});

const Text = z.object({ key: z.string(), user: z.string(), query: z.string() });

/** Role and text, cut at 4000 characters, of the statements with the keys $1. */
export const statementTexts = (schema: string): Query<z.infer<typeof Text>> => ({
  sql: `
    select * from (
      select
        queryid || '/' || userid || coalesce('/' || (to_jsonb(s) - 'query' ->> 'toplevel'), '') as key,
        coalesce(pg_get_userbyid(userid), userid::text) as user, left(query, 4000) as query
      from ${quoteName(schema)}.pg_stat_statements as s
      where dbid = (select oid from pg_database where datname = current_database())
    ) as statement
    where key = any ($1)`,
  row: Text,
});

const Circumstances = z.object({
  now: Instant,
  blockBytes: Numeric,
  role: z.string(),
  /** Entries that there is room for. */
  room: Numeric.nullable(),
});

export const statementCircumstances = {
  sql: `
    select clock_timestamp() as now, current_setting('block_size')::int as "blockBytes", current_user as role,
      current_setting('pg_stat_statements.max', true)::int as room`,
  row: Circumstances,
} satisfies Query<z.infer<typeof Circumstances>>;

const Info = z.object({ since: Instant.nullable(), evictions: Numeric });

/** Since when the statistics count, and how often entries had to make room for others. Since 14. */
export const statementInfo = (schema: string): Query<z.infer<typeof Info>> => ({
  sql: `select stats_reset as since, dealloc as evictions from ${quoteName(schema)}.pg_stat_statements_info`,
  row: Info,
});
