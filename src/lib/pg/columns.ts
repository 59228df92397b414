/** Column types that node-postgres does not hand over as plain data. */
import * as z from 'zod';

/** `bigint` and `numeric`: they arrive as text, since not every value fits a number. Null stays an error, never 0. */
export const Numeric = z
  .union([z.number(), z.string().regex(/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i, 'expected a number')])
  .transform(Number);

/** `timestamptz` as ISO-8601 UTC. */
export const Instant = z.date().transform((time) => time.toISOString());
