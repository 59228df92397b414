import * as z from 'zod';
import { countOf } from '../../measures.js';
import type { Database } from '../../pg/index.js';
import { only } from '../../pg/only.js';
import { ExtensionVersion, extensionVersions } from '../../pg/queries/extension-versions.js';
import { HbaRule, hbaRules } from '../../pg/queries/hba-rules.js';
import { LoginRole, loginRoles } from '../../pg/queries/login-roles.js';
import { PublicGrants, publicGrants } from '../../pg/queries/public-grants.js';
import { RolePassword, rolePasswords } from '../../pg/queries/role-passwords.js';
import { SecuritySettings, securitySettings } from '../../pg/queries/security-settings.js';
import { defineCheck } from '../check.js';
import { judgeAccess } from '../database/judge-access.js';
import { judgeRoles } from '../database/judge-roles.js';

const DatabaseAccess = z.object({
  settings: SecuritySettings,
  roles: z.array(LoginRole),
  /** Null: our role may not see how passwords are kept. */
  passwords: z.array(RolePassword).nullable(),
  /** Null: our role may not see pg_hba.conf. */
  hba: z.array(HbaRule).nullable(),
  grants: PublicGrants,
  extensions: z.array(ExtensionVersion),
});
export type DatabaseAccess = z.infer<typeof DatabaseAccess>;

/** Who gets into the database, and what they may do there. */
export const database = defineCheck({
  data: DatabaseAccess,
  read: ({ context }) => context.pg(readAccess),
  judge: (seen, { now }) => [...judgeRoles(seen, now), ...judgeAccess(seen)],
  describe: ({ settings, roles, hba, passwords }) => {
    const unseen = [...(hba === null ? ['pg_hba.conf'] : []), ...(passwords === null ? ['passwords'] : [])];
    return `${settings.database}: ${countOf(roles.length, 'login role')}${unseen.length > 0 ? `; not seen: ${unseen.join(', ')}` : ''}`;
  },
});

async function readAccess(connection: Database): Promise<DatabaseAccess> {
  const settings = only(await connection.query(securitySettings));
  return {
    settings,
    roles: await connection.query(loginRoles),
    passwords: settings.readsPasswords ? await connection.query(rolePasswords) : null,
    hba: settings.readsHba ? await connection.query(hbaRules) : null,
    grants: only(await connection.query(publicGrants)),
    extensions: await connection.query(extensionVersions),
  };
}
