/** Strapi's administrators: whoever is signed in to the admin panel may see the page. */
import type { Administrators } from '../monitor/index.js';
import type { StrapiLike } from './shapes.js';

/** Holds the refresh token, and is the only thing of a session that a browser sends with a page. */
const COOKIE = 'strapi_admin_refresh';

/** Undefined where this Strapi has no sessions as we know them: the page then takes the secret alone. */
export function administratorsOf(strapi: StrapiLike): Administrators | undefined {
  if (typeof strapi.sessionManager !== 'function') return undefined;
  return {
    cookie: COOKIE,
    async isValid(session) {
      const { isValid, userId } = (await strapi.sessionManager?.('admin').validateRefreshToken(session)) ?? {};
      return isValid === true && isActive(strapi, userId);
    },
    signInPath: adminPathOf(strapi) || '/',
  };
}

/** A session outlives that its administrator is deactivated: Strapi asks at each request, and so do we. */
async function isActive({ db }: StrapiLike, userId: unknown): Promise<boolean> {
  const id = Number.isFinite(Number(userId)) ? Number(userId) : userId; // sessions hold it as text
  const user = await db?.query?.('admin::user').findOne({ where: { id } });
  return user?.isActive === true;
}

/** Where the page is. */
export const pagePathOf = (strapi: StrapiLike): string => `${adminPathOf(strapi)}/monitoring`;

function adminPathOf({ config }: StrapiLike): string {
  const path = String(config.get('admin.path', '/admin'));
  return path.startsWith('/') ? path.replace(/\/+$/, '') : '/admin';
}
