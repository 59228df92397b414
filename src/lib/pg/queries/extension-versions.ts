import * as z from 'zod';
import type { Query } from '../index.js';

export const ExtensionVersion = z.object({ name: z.string(), installed: z.string(), available: z.string() });

/** Extensions of this database that are of another version than the server would install. */
export const extensionVersions = {
  sql: `
    select name::text, installed_version as installed, default_version as available
    from pg_available_extensions
    where installed_version is distinct from default_version and installed_version is not null
    order by name`,
  row: ExtensionVersion,
} satisfies Query<z.infer<typeof ExtensionVersion>>;
