import * as z from 'zod';
import { Numeric } from '../columns.js';
import type { Query } from '../index.js';

const Row = z.object({ gid: z.string(), owner: z.string(), seconds: Numeric, release: z.string() });

/** Transactions of this database that were prepared and wait to be committed: they hold their locks without a session. */
export const preparedTransactions = {
  sql: `
    select gid, owner, extract(epoch from clock_timestamp() - prepared) as seconds,
      format('COMMIT PREPARED %L, or ROLLBACK PREPARED %L', gid, gid) as release
    from pg_prepared_xacts
    where database = current_database()
    order by prepared`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
