import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  schema: z.string(),
  name: z.string(),
  /** The column it feeds, `table.column`; null when nothing owns it. */
  column: z.string().nullable(),
  /** Null: never used, or not readable. */
  lastValue: Numeric.nullable(),
  /** The end of the sequence, or of the column's type, whichever comes first. */
  limit: Numeric,
  /** Share used up, 0..1. */
  usage: Numeric.nullable(),
  isReadable: z.boolean(),
  role: z.string(),
});
export type SequenceUsage = z.infer<typeof Row>;

/**
 * Sequences that do not cycle, nearest to their end first. A bigint sequence may feed an int column, which is full long
 * before. `last_value` is null without a right on the sequence; USAGE or SELECT shows it.
 */
export const sequenceUsage = {
  sql: `
    select
      s.schemaname as schema, s.sequencename as name, owner.path as column, s.last_value as "lastValue",
      limits.last as limit,
      (abs(s.last_value::numeric - s.start_value) + 1) / nullif(abs(limits.last::numeric - s.start_value) + 1, 0) as usage,
      -- Null of a sequence that is dropped meanwhile.
      coalesce(has_sequence_privilege(c.oid, 'usage') or has_sequence_privilege(c.oid, 'select'), true) as "isReadable",
      current_user as role
    from pg_sequences s
    join pg_namespace n on n.nspname = s.schemaname
    join pg_class c on c.relnamespace = n.oid and c.relname = s.sequencename
    left join lateral (
      select format('%I.%I', t.relname, a.attname) as path,
        case a.atttypid when 'int2'::regtype then 32767 when 'int4'::regtype then 2147483647 end as ceiling
      from pg_depend d
      join pg_class t on t.oid = d.refobjid
      join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i') and d.refobjsubid > 0
      limit 1
    ) as owner on true
    cross join lateral (
      select case when s.increment_by < 0 then greatest(s.min_value, -owner.ceiling - 1)
        else least(s.max_value, owner.ceiling) end as last
    ) as limits
    where not s.cycle
    order by usage desc nulls last, 1, 2`,
  row: Row,
} satisfies Query<SequenceUsage>;
