import * as z from 'zod';
import type { Query } from '../index.js';

const Row = z.object({ schema: z.string(), table: z.string() });

/** Tables of accounts and tokens that Strapi keeps, in whatever schema; of the schemas $1 first, in their order. */
export const strapiTables = {
  sql: `
    select n.nspname as schema, c.relname as table
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p')
      and c.relname in ('admin_users', 'admin_roles', 'admin_users_roles_lnk', 'admin_users_roles_links',
        'strapi_api_tokens', 'strapi_transfer_tokens',
        'up_permissions', 'up_roles', 'up_permissions_role_lnk', 'up_permissions_role_links')
    order by array_position($1::text[], n.nspname::text) nulls last, n.nspname, c.relname`,
  row: Row,
} satisfies Query<z.infer<typeof Row>>;
