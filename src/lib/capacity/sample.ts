/** What one `capacity record` leaves: a line of a journal. */
import * as z from 'zod';

export const Sample = z.object({
  at: z.iso.datetime(),
  /** By resource, such as `disk /`; the limit is null where there is none to name. */
  resources: z.record(z.string(), z.object({ value: z.number(), limit: z.number().nullable() })),
});
export type Sample = z.infer<typeof Sample>;
export type Resources = Sample['resources'];
