/** Accounts and tokens as Strapi keeps them. Columns are read by name out of the row: versions differ in which there are. */
import * as z from 'zod';
import { qualifiedName } from '../identifier.js';
import type { Query } from '../index.js';

/** Strapi keeps times in UTC, in columns without a zone. Null, too, for what is no time, such as `infinity`. */
const Time = z
  .string()
  .transform((text) => {
    const time = new Date(/(?:Z|[+-]\d\d(?::?\d\d)?)$/.test(text) ? text : `${text}Z`);
    return Number.isNaN(time.getTime()) ? null : time.toISOString();
  })
  .nullable();

export const AdminRow = z.object({
  id: z.number(),
  /** Masked on the server: the first letter and the domain. */
  email: z.string(),
  isActive: z.boolean(),
  isBlocked: z.boolean(),
  /** The link that was sent still sets the password. */
  isInvited: z.boolean(),
  isSuperAdmin: z.boolean(),
  createdAt: Time,
});
type AdminRow = z.infer<typeof AdminRow>;

/** Accounts of the admin panel. `links` is the table that joins them with their roles. */
export const adminAccounts = (schema: string, links: string): Query<AdminRow> => ({
  sql: `
    select (u.row->>'id')::int as id, regexp_replace(coalesce(u.row->>'email', ''), '^(.?)[^@]*', '\\1…') as email,
      coalesce((u.row->>'is_active')::bool, false) as "isActive", coalesce((u.row->>'blocked')::bool, false) as "isBlocked",
      u.row->>'registration_token' is not null as "isInvited", u.row->>'created_at' as "createdAt",
      exists (
        select from ${qualifiedName(schema, links)} l
        join ${qualifiedName(schema, 'admin_roles')} r on r.id = l.role_id
        where l.user_id = (u.row->>'id')::int and r.code = 'strapi-super-admin') as "isSuperAdmin"
    from (select to_jsonb(admin) as row from ${qualifiedName(schema, 'admin_users')} admin) u
    order by 1
    limit 1000`,
  row: AdminRow,
});

export const TokenRow = z.object({
  id: z.number(),
  name: z.string(),
  /** `full-access`, `read-only`, `custom`; null for a transfer token. */
  type: z.string().nullable(),
  createdAt: Time,
  lastUsedAt: Time,
  /** Null: never. */
  expiresAt: Time,
});
type TokenRow = z.infer<typeof TokenRow>;

/** API tokens or transfer tokens. */
export const accessTokens = (
  schema: string,
  table: 'strapi_api_tokens' | 'strapi_transfer_tokens',
): Query<TokenRow> => ({
  sql: `
    select (t.row->>'id')::int as id, coalesce(t.row->>'name', '') as name, t.row->>'type' as type,
      t.row->>'created_at' as "createdAt", t.row->>'last_used_at' as "lastUsedAt", t.row->>'expires_at' as "expiresAt"
    from (select to_jsonb(token) as row from ${qualifiedName(schema, table)} token) t
    order by 1
    limit 1000`,
  row: TokenRow,
});

const ActionRow = z.object({ action: z.string() });

/** What everybody may do without logging in, of the plugin users-permissions. */
export const publicActions = (schema: string, links: string): Query<z.infer<typeof ActionRow>> => ({
  sql: `
    select distinct p.action
    from ${qualifiedName(schema, 'up_permissions')} p
    join ${qualifiedName(schema, links)} l on l.permission_id = p.id
    join ${qualifiedName(schema, 'up_roles')} r on r.id = l.role_id
    where r.type = 'public'
    order by 1
    limit 1000`,
  row: ActionRow,
});
