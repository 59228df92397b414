/** What an operator should know of the roles of the database. Pure. */
import { countOf } from '../../measures.js';
import { quoteName } from '../../pg/identifier.js';
import type { Finding } from '../../status.js';
import type { DatabaseAccess } from '../checks/database.js';

type Seen = Pick<DatabaseAccess, 'roles' | 'passwords' | 'settings'>;
type Role = DatabaseAccess['roles'][number];

export function judgeRoles(seen: Seen, now: Date): readonly Finding[] {
  return [
    ...seen.roles.filter(isOfApplication).flatMap(judgeApplicationRole),
    ...judgeServerRights(seen),
    ...judgePasswords(seen),
    ...judgeExpired(seen, now),
  ];
}

/** Strapi makes its tables itself: they belong to the role it connects as. */
const isOfApplication = ({ ownedTables }: Role): boolean => ownedTables > 0;

/** A hole in the application is then one in the server: a superuser reads files and runs programs. */
function judgeApplicationRole({ name, isSuperuser, createsRoles, ownedTables }: Role): Finding[] {
  const use = `owns ${countOf(ownedTables, 'object')} of this database`;
  const role = quoteName(name);
  if (isSuperuser) {
    return [
      {
        code: 'VOPS-SECURITY-SUPERUSER',
        severity: 'error',
        message: `role ${name} ${use} and is a superuser: whoever breaks into the application has the whole server`,
        hint: `give the application a role of its own that owns its tables (REASSIGN OWNED), or: ALTER ROLE ${role} NOSUPERUSER`,
      },
    ];
  }
  if (!createsRoles) return [];
  return [
    {
      code: 'VOPS-SECURITY-CREATEROLE',
      severity: 'warning',
      message: `role ${name} ${use} and may create roles, which no application needs`,
      hint: `ALTER ROLE ${role} NOCREATEROLE`,
    },
  ];
}

const judgeServerRights = ({ roles }: Seen): Finding[] =>
  roles
    .filter(({ serverRights }) => serverRights.length > 0)
    .map(({ name, serverRights }) => ({
      code: 'VOPS-SECURITY-SERVER-RIGHTS',
      severity: 'warning',
      message: `role ${name} reaches the operating system of the server: ${serverRights.join(', ')}`,
      hint: `REVOKE ${serverRights.join(', ')} FROM ${quoteName(name)}`,
    }));

function judgePasswords({ passwords, settings }: Seen): Finding[] {
  const weak = (passwords ?? []).filter(({ kind }) => kind === 'md5').map(({ name }) => name);
  return [
    ...(weak.length === 0
      ? []
      : [
          {
            code: 'VOPS-SECURITY-PASSWORD-MD5',
            severity: 'warning',
            message: `the passwords of ${weak.join(', ')} are kept as MD5, which whoever has a copy of it can log in with`,
            hint: "set password_encryption to scram-sha-256, then give each its password anew: psql's \\password",
          } as const,
        ]),
    ...(settings.passwordEncryption === 'md5' && weak.length === 0
      ? [
          {
            code: 'VOPS-SECURITY-PASSWORD-ENCRYPTION',
            severity: 'warning',
            message: 'password_encryption is md5: the next password will be kept so',
            hint: "ALTER SYSTEM SET password_encryption = 'scram-sha-256'; SELECT pg_reload_conf()",
          } as const,
        ]
      : []),
  ];
}

/** The end of `VALID UNTIL` is that of the password, not of the role: it is easily forgotten, and then a night call. */
function judgeExpired({ roles }: Seen, now: Date): Finding[] {
  return roles.flatMap(({ name, validUntil }) => {
    if (validUntil === null || Date.parse(validUntil) > +now) return [];
    return [
      {
        code: 'VOPS-SECURITY-PASSWORD-EXPIRED',
        severity: 'info',
        message: `the password of role ${name} has expired at ${validUntil}`,
        hint: `if nobody needs it any more: DROP ROLE ${quoteName(name)}`,
      },
    ];
  });
}
