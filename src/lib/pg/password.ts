/** Where the password comes from: the configuration, PGPASSWORD, then libpq's password file. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/index.js';
import { explain, systemCode } from '../errors.js';
import { readRegularFile } from '../files/index.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Settings = Config['database'];

/** A password, or why there is none. */
export type Password = { readonly value: string } | { readonly missing: string };

/**
 * The password for this connection, asked for only when the server wants one. The password file is read here, not by
 * node-postgres: its reader prints a deprecation, and a warning of its own about the file's mode.
 */
export async function findPassword(settings: Settings, env: Environment): Promise<Password> {
  const given = settings.password?.reveal() || env.PGPASSWORD;
  if (given) return { value: given };
  const path = passwordFile(env);
  const file = await readPasswordFile(path);
  if ('missing' in file) return file;
  const value = matchPassword(file.value, settings);
  return value ? { value } : { missing: `no line of ${path} matches` };
}

/** libpq's password file. */
export const passwordFile = (env: Environment): string => env.PGPASSFILE || join(env.HOME ?? '', '.pgpass');

/**
 * The first matching line of a password file, `host:port:database:user:password`.
 * Source: the PostgreSQL documentation, "The Password File".
 */
export function matchPassword(text: string, settings: Settings): string | undefined {
  // A connection by Unix socket is one to its directory, and to `localhost`.
  const hosts = settings.host.startsWith('/') ? [settings.host, 'localhost'] : [settings.host];
  const wanted = [hosts, [String(settings.port)], [settings.database], [settings.user]];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const fields = splitFields(line);
    if (wanted.every((values, index) => ['*', ...values].includes(fields[index] ?? ''))) return fields[4];
  }
  return undefined;
}

/** Fields end at a colon; a backslash takes the next character as it is. */
function splitFields(line: string): string[] {
  const fields = line.match(/(?:\\.|[^:\\])*(?::|$)/g) ?? [];
  return fields.map((field) => field.replace(/:$/, '').replace(/\\(.)/g, '$1'));
}

const LARGEST_FILE = 1_000_000;

async function readPasswordFile(path: string): Promise<Password> {
  const found = await stat(path).catch((error: unknown) => systemCode(error) ?? 'unreadable');
  if (typeof found === 'string') return { missing: `${path} cannot be read (${found})` };
  // As libpq: a file that others can read is ignored, loudly.
  const isExposed = process.platform !== 'win32' && (found.mode & 0o077) !== 0;
  if (isExposed) return { missing: `${path} is ignored, for its mode is not 0600` };
  return readRegularFile(path, LARGEST_FILE).then(
    (content) => ({ value: content.toString('utf8') }),
    (error: unknown) => ({ missing: explain(error).message }),
  );
}
