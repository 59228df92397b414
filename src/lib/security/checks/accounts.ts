import * as z from 'zod';
import { countOf } from '../../measures.js';
import type { Database } from '../../pg/index.js';
import { only } from '../../pg/only.js';
import { searchPath } from '../../pg/queries/search-path.js';
import { AdminRow, accessTokens, adminAccounts, publicActions, TokenRow } from '../../pg/queries/strapi-accounts.js';
import { strapiTables } from '../../pg/queries/strapi-tables.js';
import { judgeAccounts } from '../accounts/judge.js';
import { defineCheck } from '../check.js';

const Accounts = z.object({
  /** Where Strapi's tables are; null: this is no database of Strapi. */
  schema: z.string().nullable(),
  admins: z.array(AdminRow),
  apiTokens: z.array(TokenRow),
  transferTokens: z.array(TokenRow),
  /** What everybody may do without logging in. */
  publicActions: z.array(z.string()),
});
export type Accounts = z.infer<typeof Accounts>;

/** Who may do what in Strapi: admins, tokens, and everybody. */
export const accounts = defineCheck({
  data: Accounts,
  read: async ({ context: { pg } }) => {
    const { schemas } = only(await pg((database) => database.query(searchPath), { ownSearchPath: true }));
    return pg((database) => readAccounts(database, schemas));
  },
  judge: (seen, { config, now }) => judgeAccounts(seen, config.security.accounts, now),
  describe: ({ schema, admins, apiTokens, transferTokens }) =>
    schema === null
      ? 'no accounts of Strapi in this database'
      : `${countOf(admins.filter(({ isActive }) => isActive).length, 'active admin')} (${admins.filter((admin) => admin.isSuperAdmin).length} super), ${countOf(apiTokens.length + transferTokens.length, 'token')}`,
});

/** Of the first of these schemas that has some. */
async function readAccounts(database: Database, schemas: readonly string[]): Promise<Accounts> {
  const tables = await database.query(strapiTables, [schemas]);
  const schema = tables.find(({ table }) => table === 'admin_users')?.schema ?? null;
  const nothing: Accounts = { schema, admins: [], apiTokens: [], transferTokens: [], publicActions: [] };
  if (schema === null) return nothing;
  const present = new Set(tables.filter((found) => found.schema === schema).map(({ table }) => table));
  const ifThere = <T>(table: string | undefined, read: (table: string) => Promise<T[]>): Promise<T[]> =>
    table !== undefined && present.has(table) ? read(table) : Promise.resolve([]);
  /** Strapi 5 names the tables of relations so, Strapi 4 otherwise. */
  const linksOf = (name: string) => [`${name}_lnk`, `${name}_links`].find((table) => present.has(table));
  return {
    schema,
    admins: await ifThere(linksOf('admin_users_roles'), (links) => database.query(adminAccounts(schema, links))),
    apiTokens: await ifThere('strapi_api_tokens', () => database.query(accessTokens(schema, 'strapi_api_tokens'))),
    transferTokens: await ifThere('strapi_transfer_tokens', () =>
      database.query(accessTokens(schema, 'strapi_transfer_tokens')),
    ),
    publicActions: await ifThere(linksOf('up_permissions_role'), async (links) =>
      (await database.query(publicActions(schema, links))).map(({ action }) => action),
    ),
  };
}
