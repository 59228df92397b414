import * as z from 'zod';
import type { Query } from '../index.js';

const Row = z.object({ isThere: z.boolean() });

/** Whether the application keeps its history in this database. */
export const historyTables = {
  sql: `select to_regclass('viktoria_ops.flag_evaluations') is not null as "isThere"`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
