import * as z from 'zod';
import type { DatabaseThresholds } from '../../config/database-thresholds.js';
import { connectionUsage } from '../../pg/queries/connection-usage.js';
import type { Finding } from '../../status.js';
import { only } from '../only.js';
import { defineSection } from './section.js';

const Connections = z.object({
  used: z.number(),
  active: z.number(),
  idle: z.number(),
  /** Sessions of other roles, whose state our role may not see. */
  hidden: z.number(),
  /** What max_connections leaves to ordinary roles. */
  available: z.number(),
});
type Connections = z.infer<typeof Connections>;

/** Connections of the whole server against its limit. */
export const connections = defineSection({
  data: Connections,
  read: async (database) => only(await database.query(connectionUsage)),
  judge: judgeConnections,
});

export function judgeConnections(
  { used, available }: Connections,
  { connectionUsage: level }: DatabaseThresholds,
): readonly Finding[] {
  const usage = available > 0 ? used / available : 1;
  if (usage < level.warning) return [];
  return [
    {
      code: 'VOPS-DB-CONNECTIONS',
      severity: usage >= level.critical ? 'error' : 'warning',
      message: `${used} of ${available} connections are in use`,
      hint: "lower the pool size of the application (Strapi: database.pool.max), or raise the server's max_connections",
    },
  ];
}
