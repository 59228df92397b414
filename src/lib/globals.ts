/** Options every command understands: what the program trusts. */
import * as z from 'zod';
import { TimeLimit } from './units.js';

export const GlobalFlags = z.object({
  config: z.string().min(1).optional(),
  env: z.string().min(1).optional(),
  output: z.enum(['table', 'json', 'ndjson', 'plain']).default('table'),
  json: z.boolean().default(false),
  format: z.enum(['nagios', 'github', 'junit']).optional(),
  textfile: z
    .string()
    .regex(/\.prom$/, 'expected a path that ends in .prom, which is what is collected')
    .optional(),
  quiet: z.boolean().default(false),
  verbose: z.number().default(0),
  color: z.boolean().optional(),
  failOn: z.enum(['error', 'warning']).default('error'),
  deadline: TimeLimit.optional(),
  debug: z.boolean().default(false),
  dryRun: z.boolean().default(false),
});
export type GlobalFlags = z.output<typeof GlobalFlags>;
