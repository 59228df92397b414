/** The application's configuration, as far as it is its own. */
import { join } from 'node:path';
import type { Configuration } from '../monitor/index.js';
import type { StrapiLike } from './shapes.js';

/** Set by Strapi at each start, or of the place it runs at. */
const NOT_SET_BY_PEOPLE: ReadonlySet<string> = new Set([
  'appDir',
  'autoReload',
  'dirs',
  'distDir',
  'enabledPlugins',
  'info',
  'installedPlugins',
  'launchedAt',
  'packageJsonStrapi',
  'serveAdminPanel',
  'uuid',
]);

/** Undefined where the application has no secret to key the hashes with. */
export function configurationOf(strapi: StrapiLike): Configuration | undefined {
  const { config, dirs } = strapi;
  const [secret] = [config.get('server.app.keys')].flat().filter((key) => typeof key === 'string' && key !== '');
  const root = dirs?.app?.root;
  if (typeof secret !== 'string' || !root) return undefined;
  const sections = Object.entries(config).filter(
    ([name, value]) => typeof value !== 'function' && !NOT_SET_BY_PEOPLE.has(name),
  );
  return { values: Object.fromEntries(sections), root, directory: dirs.app?.config ?? join(root, 'config'), secret };
}
