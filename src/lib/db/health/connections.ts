import * as z from 'zod';
import { only } from '../../pg/only.js';
import { connectionGroups } from '../../pg/queries/connection-groups.js';
import { connectionUsage } from '../../pg/queries/connection-usage.js';
import type { Finding } from '../../status.js';
import { type Circumstances, defineSection } from './section.js';

const Connections = z.object({
  used: z.number(),
  active: z.number(),
  idle: z.number(),
  /** Sessions of other roles, whose state our role may not see. */
  hidden: z.number(),
  /** What max_connections leaves to ordinary roles. */
  available: z.number(),
  /** Who holds them; a pool is one line. */
  groups: z.array(
    z.object({
      user: z.string(),
      application: z.string(),
      client: z.string(),
      total: z.number(),
      active: z.number(),
      idleInTransaction: z.number(),
    }),
  ),
});
type Connections = z.infer<typeof Connections>;

/** Connections of the whole server against its limit. */
export const connections = defineSection({
  data: Connections,
  read: async (database) => ({
    ...only(await database.query(connectionUsage)),
    groups: await database.query(connectionGroups),
  }),
  judge: judgeConnections,
});

export function judgeConnections(
  { used, available, groups }: Pick<Connections, 'used' | 'available' | 'groups'>,
  { thresholds: { connectionUsage: level } }: Pick<Circumstances, 'thresholds'>,
): readonly Finding[] {
  const usage = available > 0 ? used / available : 1;
  if (usage < level.warning) return [];
  const [most] = groups;
  return [
    {
      code: 'VOPS-DB-CONNECTIONS',
      severity: usage >= level.critical ? 'error' : 'warning',
      message: `${used} of ${available} connections are in use${most ? `, ${most.total} of them by role ${most.user}${most.application && ` (${most.application})`}` : ''}`,
      hint: "lower the pool size of the application (Strapi: database.pool.max), or raise the server's max_connections",
    },
  ];
}
