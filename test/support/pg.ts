import type { Config } from '../../src/lib/config/index.js';
import { ConfigSections } from '../../src/lib/config/schema.js';
import type { ConnectionChoice, Context } from '../../src/lib/context.js';
import { type DatabaseOptions, withDatabase } from '../../src/lib/pg/connect.js';
import { chosenSettings } from '../../src/lib/pg/direct.js';
import { withMaintenanceSession } from '../../src/lib/pg/maintenance.js';
import { testServer } from './database.js';

/** `Context.config` of these sections; nothing is read from a file. */
export function configWith(sections: Record<string, unknown>): Context['config'] {
  const parsed = ConfigSections.parse(sections);
  const config = {
    ...parsed,
    environment: 'default',
    file: undefined,
    secretFiles: [],
    warnings: [],
    origins: async () => () => ({ kind: 'default' }),
    isSet: () => false,
  };
  return async () => config as unknown as Config; // what the loader adds beyond the sections is not looked at
}

/** Settings of a connection to the test server, as the configuration gives them. */
export function databaseConfig(overrides: Record<string, unknown> = {}): Config['database'] {
  return ConfigSections.parse({ database: { ...testServer, database: 'postgres', ...overrides } }).database;
}

/** Options for `connectDatabase`; nothing of the real environment reaches it. */
export function databaseOptions(
  overrides: Record<string, unknown> = {},
  rest: Partial<Omit<DatabaseOptions, 'config'>> = {},
): DatabaseOptions {
  return {
    config: databaseConfig(overrides),
    env: {},
    applicationName: 'viktoria-ops:test:0',
    signal: new AbortController().signal,
    ...rest,
  };
}

/** `Context.pg` over a connection with these settings. */
export function pgOf(overrides: Record<string, unknown> = {}): Context['pg'] {
  return (use, choice) => withDatabase(optionsFor(overrides, choice), use);
}

/** `Context.maintenance` over a session with these settings. */
export function maintenanceOf(overrides: Record<string, unknown> = {}): Context['maintenance'] {
  return (use, choice) => withMaintenanceSession(optionsFor(overrides, choice), use);
}

function optionsFor(overrides: Record<string, unknown>, choice: ConnectionChoice | undefined): DatabaseOptions {
  const options = databaseOptions(overrides);
  const { ownSearchPath } = choice ?? {};
  return { ...options, config: chosenSettings(options.config, choice), ...(ownSearchPath && { ownSearchPath }) };
}
