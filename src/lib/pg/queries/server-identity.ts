import * as z from 'zod';
import type { Query } from '../index.js';

const Row = z.object({ version: z.number(), readOnly: z.boolean() });

/** First query of every session: the version, and whether our start-up parameters arrived. */
export const serverIdentity = {
  sql: `
    select
      current_setting('server_version_num')::int as version,
      current_setting('default_transaction_read_only')::bool as "readOnly"`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
