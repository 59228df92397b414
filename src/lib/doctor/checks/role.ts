import type { ServerFacts } from '../../pg/queries/server-facts.js';
import { type Check, type Diagnosis, ok, warning } from '../check.js';

/** What our role may see: without these rights reports are silently shorter. */
export const role: Check = {
  name: 'database role',
  examine: async ({ server }) => diagnoseRole(await server),
};

export function diagnoseRole({
  role: name,
  isSuperuser,
  readsAllStats,
  readsAllData,
}: Pick<ServerFacts, 'role' | 'isSuperuser' | 'readsAllStats' | 'readsAllData'>): Diagnosis {
  if (isSuperuser) {
    return warning(`role ${name} is a superuser, which no command needs`, 'use a role with pg_monitor instead');
  }
  const lacks = [
    ...(readsAllStats ? [] : [{ grant: 'pg_monitor', hidden: 'sessions and statements of other roles' }]),
    ...(readsAllData === false ? [{ grant: 'pg_read_all_data', hidden: 'statistics of tables it cannot read' }] : []),
  ];
  if (lacks.length === 0) return ok(`role ${name} sees sessions, statements and statistics of all roles`);
  const grants = lacks.map(({ grant }) => grant).join(', ');
  return warning(
    `role ${name} does not see ${lacks.map(({ hidden }) => hidden).join(', nor ')}`,
    `as a superuser: grant ${grants} to "${name.replaceAll('"', '""')}"`,
  );
}
