/** Schemas of the verdict words; the types live in `status.ts`. */
import * as z from 'zod';
import { SEVERITIES, STATUSES } from '../status.js';

export const Status = z.enum(STATUSES);
export const Finding = z.object({
  code: z.string(),
  severity: z.enum(SEVERITIES),
  message: z.string(),
  hint: z.string().optional(),
});
