/** The connection settings for programs of PostgreSQL: as variables, for arguments can be read by everybody. */
import type { Context } from '../context.js';
import { APPLICATION_NAME_PREFIX, type ConnectionChoice } from '../context.js';
import { chosenSettings } from './direct.js';
import { findPassword } from './password.js';
import type { ServerFacts } from './queries/server-facts.js';

/**
 * Variables that make `pg_dump`, `pg_restore` and their like connect as our own sessions do. The name of the database is
 * among them: as an argument a name with `=` in it would be taken for settings.
 */
export async function libpqEnvironment(
  { config, env, runId }: Pick<Context, 'config' | 'env' | 'runId'>,
  program: string,
  choice?: ConnectionChoice,
): Promise<Readonly<Record<string, string>>> {
  const settings = chosenSettings((await config()).database, choice);
  const { host, port, user, database, sslmode, sslrootcert, connectTimeout } = settings;
  const password = await findPassword(settings, env);
  return {
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGDATABASE: database,
    PGSSLMODE: sslmode,
    ...(sslrootcert && { PGSSLROOTCERT: sslrootcert }),
    ...('value' in password && { PGPASSWORD: password.value }),
    PGCONNECT_TIMEOUT: String(Math.max(2, Math.ceil(connectTimeout / 1_000))), // libpq takes less for two, too
    PGAPPNAME: `${APPLICATION_NAME_PREFIX}${program}:${runId}`,
    ...(env.HOME && { HOME: env.HOME }),
  };
}

/**
 * Settings for the session of a program, as PGOPTIONS has them. What the server says through it is read by us: in English,
 * where the role may choose.
 */
export const sessionOptions = (settings: Readonly<Record<string, string>>, { isSuperuser }: Chooser): string =>
  Object.entries({ ...settings, ...(isSuperuser && { lc_messages: 'C' }) })
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');

type Chooser = Pick<ServerFacts, 'isSuperuser'>;
