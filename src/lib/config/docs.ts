/** The operations handbook of this installation. */
import * as z from 'zod';

export const Docs = z.lazy(() =>
  z
    .strictObject({
      /** Where the handbook is written. Default: `docs` in the state directory. */
      directory: z.string().min(1).optional(),
    })
    .prefault({}),
);
