import * as z from 'zod';
import { only } from '../../pg/only.js';
import { serverState } from '../../pg/queries/server-state.js';
import { defineSection } from './section.js';

/** Version, uptime, role and size: facts without a verdict. */
export const server = defineSection({
  data: z.object({
    version: z.string(),
    startedAt: z.iso.datetime(),
    uptimeSeconds: z.number(),
    role: z.enum(['primary', 'standby']),
    replicas: z.number(),
    database: z.string(),
    sizeBytes: z.number(),
  }),
  read: async (database) => only(await database.query(serverState)),
  judge: () => [],
});
