/** What an operator should know of Strapi's accounts and tokens. Pure. */
import type { Security } from '../../config/security.js';
import { formatDuration } from '../../measures.js';
import type { Finding } from '../../status.js';
import type { Accounts } from '../checks/accounts.js';

type Settings = Security['accounts'];
type Token = Accounts['apiTokens'][number];

export function judgeAccounts(seen: Accounts, settings: Settings, now: Date): readonly Finding[] {
  if (seen.schema === null) return [notStrapi()];
  const judge = (kind: TokenKind) => (token: Token) => judgeToken(token, kind, { settings, now });
  return [
    ...tooManySuperAdmins(seen, settings),
    ...openInvitations(seen, settings, now),
    ...seen.apiTokens.flatMap(judge('API token')),
    ...seen.transferTokens.flatMap(judge('transfer token')),
    ...openToEverybody(seen),
  ];
}

const notStrapi = (): Finding => ({
  code: 'VOPS-SECURITY-NOT-STRAPI',
  severity: 'info',
  message: 'this database has no table admin_users: no accounts of Strapi to look at',
  hint: 'if the backend is a Strapi application, database.database names another database than its own',
});

const ageMs = (time: string | null, now: Date): number => (time === null ? 0 : +now - Date.parse(time));

function tooManySuperAdmins({ admins }: Accounts, { superAdmins }: Settings): Finding[] {
  const active = admins.filter(({ isSuperAdmin, isActive, isBlocked }) => isSuperAdmin && isActive && !isBlocked);
  if (active.length <= superAdmins) return [];
  return [
    {
      code: 'VOPS-SECURITY-SUPER-ADMINS',
      severity: 'warning',
      message: `${active.length} accounts are super admins, more than ${superAdmins} (security.accounts.superAdmins): ${active.map(({ id, email }) => `${id} (${email})`).join(', ')}`,
      hint: 'give those who write content the role Editor or Author',
    },
  ];
}

function openInvitations({ admins }: Accounts, { invitationAge }: Settings, now: Date): Finding[] {
  return admins
    .filter(({ isInvited, isBlocked, createdAt }) => isInvited && !isBlocked && ageMs(createdAt, now) > invitationAge)
    .map(({ id, email, createdAt }) => ({
      code: 'VOPS-SECURITY-INVITATION',
      severity: 'warning',
      message: `the invitation of account ${id} (${email}) to the admin panel is open for ${formatDuration(ageMs(createdAt, now))}`,
      hint: 'whoever has the link may set its password: delete the account, and invite anew',
    }));
}

type TokenKind = 'API token' | 'transfer token';

interface Standards {
  readonly settings: Settings;
  readonly now: Date;
}

/** Of what is wrong with one token, all in one finding. */
function judgeToken(token: Token, kind: TokenKind, { settings, now }: Standards): Finding[] {
  const { id, name, type, createdAt, lastUsedAt, expiresAt } = token;
  if (expiresAt !== null && Date.parse(expiresAt) <= +now) return [];
  const [old, idle] = [ageMs(createdAt, now), ageMs(lastUsedAt ?? createdAt, now)];
  const mayAll = kind === 'transfer token' || type === 'full-access';
  const faults = [
    ...(expiresAt === null && mayAll ? ['may do everything and never expires'] : []),
    ...(expiresAt === null && old > settings.tokenAge ? [`is ${formatDuration(old)} old and never expires`] : []),
    ...(idle > settings.tokenUnused
      ? [lastUsedAt === null ? 'was never used' : `was not used for ${formatDuration(idle)}`]
      : []),
  ];
  if (faults.length === 0) return [];
  return [
    {
      code: 'VOPS-SECURITY-TOKEN',
      severity: 'warning',
      message: `${kind} ${id} (${name}) ${faults.join(', ')}`,
      hint:
        idle > settings.tokenUnused
          ? 'delete it in the admin panel, Settings'
          : 'replace it in the admin panel, Settings, by one that expires and may only what it must',
    },
  ];
}

/** Logging in and registering are for everybody; changing content is not. */
const CHANGES = /\.(?:create|update|delete|destroy|upload|publish|unpublish)$/;

function openToEverybody({ publicActions }: Accounts): Finding[] {
  const risky = publicActions.filter(
    (action) => CHANGES.test(action) && !action.startsWith('plugin::users-permissions.auth.'),
  );
  if (risky.length === 0) return [];
  return [
    {
      code: 'VOPS-SECURITY-PUBLIC-ACTIONS',
      severity: 'warning',
      message: `everybody may, without logging in: ${risky.join(', ')}`,
      hint: 'take them from the role Public: admin panel, Settings, Users & Permissions plugin, Roles',
    },
  ];
}
