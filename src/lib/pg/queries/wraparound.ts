import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({
  database: z.string(),
  isOwn: z.boolean(),
  xidAge: Numeric,
  multixactAge: Numeric,
  xidFreezeMaxAge: Numeric,
  multixactFreezeMaxAge: Numeric,
  /** Null before PostgreSQL 14. */
  xidFailsafeAge: Numeric.nullable(),
  multixactFailsafeAge: Numeric.nullable(),
});

/** Age of the oldest unfrozen transaction and multixact id of every database, templates included: they count too. */
export const wraparound = {
  sql: `
    select
      datname as database, datname = current_database() as "isOwn",
      age(datfrozenxid) as "xidAge",
      mxid_age(datminmxid) as "multixactAge",
      current_setting('autovacuum_freeze_max_age')::bigint as "xidFreezeMaxAge",
      current_setting('autovacuum_multixact_freeze_max_age')::bigint as "multixactFreezeMaxAge",
      current_setting('vacuum_failsafe_age', true)::bigint as "xidFailsafeAge",
      current_setting('vacuum_multixact_failsafe_age', true)::bigint as "multixactFailsafeAge"
    from pg_database
    order by greatest(age(datfrozenxid), mxid_age(datminmxid)) desc`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
