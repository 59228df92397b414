import * as z from 'zod';
import type { Query } from '../index.js';

const Row = z.object({ version: z.number(), pid: z.number() });

/** The server's version, and the process that serves us. */
export const serverBackend = {
  sql: `select current_setting('server_version_num')::int as version, pg_backend_pid() as pid`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
