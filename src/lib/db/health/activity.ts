import * as z from 'zod';
import { databaseActivity } from '../../pg/queries/database-activity.js';
import { only } from '../only.js';
import { defineSection } from './section.js';

/** What the statistics say since they were last reset: facts without a verdict, for a trend is what matters here. */
export const activity = defineSection({
  data: z.object({
    /** Share of block reads served from shared buffers; null when nothing was read. */
    cacheHitRatio: z.number().nullable(),
    deadlocks: z.number(),
    commits: z.number(),
    rollbacks: z.number(),
    temporaryFileBytes: z.number(),
    since: z.iso.datetime().nullable(),
  }),
  read: async (database) => only(await database.query(databaseActivity)),
  judge: () => [],
});
