/** What the monitoring API may change in a running application. */
import * as z from 'zod';
import { Time } from './system.js';

/** The answer to `POST /actions/…`. */
export const ActionResult = z.object({
  action: z.string(),
  /** What was done, in words. */
  outcome: z.string(),
  /** When it ends by itself. */
  until: Time.optional(),
});
export type ActionResult = z.infer<typeof ActionResult>;
