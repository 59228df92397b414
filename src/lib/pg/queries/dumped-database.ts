import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  name: z.string(),
  system: z.string(),
  serverVersion: z.string(),
  versionNumber: Numeric,
  sizeBytes: Numeric,
  encoding: z.string(),
  collate: z.string(),
  ctype: z.string(),
  /** Whose rules of sorting they are, and which, where not those of `collate`. */
  sorting: z.strictObject({
    provider: z.enum(['libc', 'icu', 'builtin']),
    locale: z.string().nullable(),
    rules: z.string().nullable(),
  }),
  /** Null before PostgreSQL 15, and of the locale C. */
  collationVersion: z.string().nullable(),
  extensions: z.array(z.strictObject({ name: z.string(), version: z.string() })),
});
export type DumpedDatabase = z.infer<typeof Row>;

/** What a restore must know of the database. `to_jsonb` reads columns that older servers lack, or call otherwise. */
export const dumpedDatabase = {
  sql: `
    select
      d.datname as name, (select system_identifier from pg_control_system())::text as system,
      split_part(current_setting('server_version'), ' ', 1) as "serverVersion",
      current_setting('server_version_num')::int as "versionNumber",
      pg_database_size(d.oid) as "sizeBytes", pg_encoding_to_char(d.encoding) as encoding,
      d.datcollate as collate, d.datctype as ctype,
      jsonb_build_object(
        'provider', case to_jsonb(d) ->> 'datlocprovider' when 'i' then 'icu' when 'b' then 'builtin' else 'libc' end,
        'locale', coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'),
        'rules', to_jsonb(d) ->> 'daticurules') as sorting,
      to_jsonb(d) ->> 'datcollversion' as "collationVersion",
      coalesce((select jsonb_agg(jsonb_build_object('name', extname, 'version', extversion) order by extname)
        from pg_extension where extname <> 'plpgsql'), '[]') as extensions
    from pg_database d
    where d.datname = current_database()`,
  row: Row,
} satisfies Query<DumpedDatabase>;
