/** Changes of the application's configuration. Never values: what changed, not what it is now. */
import * as z from 'zod';
import { Time } from './system.js';

export const ConfigChange = z.lazy(() =>
  z.object({
    timestamp: Time,
    /** The process that saw it. */
    instance: z.string(),
    /** `boot`: found when the application started; `running`: a file changed while it ran, and counts from its next start. */
    seen: z.enum(['boot', 'running']),
    /** Of the whole configuration, after the change. */
    digest: z.string(),
    /** Key paths, or files below the application's root. */
    changes: z.array(z.object({ path: z.string(), kind: z.enum(['added', 'removed', 'changed']) })),
  }),
);
export type ConfigChange = z.infer<typeof ConfigChange>;
