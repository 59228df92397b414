/** Where the password comes from: the configuration, PGPASSWORD, then libpq's password file. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/index.js';
import { systemCode } from '../errors.js';

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
  // The documentation: a line for `localhost` also holds for connections by Unix socket.
  const host = settings.host.startsWith('/') ? 'localhost' : settings.host;
  const wanted = [host, String(settings.port), settings.database, settings.user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const fields = splitFields(line);
    if (wanted.every((value, index) => fields[index] === '*' || fields[index] === value)) return fields[4];
  }
  return undefined;
}

/** Fields end at a colon; a backslash takes the next character as it is. */
function splitFields(line: string): string[] {
  const fields = line.match(/(?:\\.|[^:\\])*(?::|$)/g) ?? [];
  return fields.map((field) => field.replace(/:$/, '').replace(/\\(.)/g, '$1'));
}

async function readPasswordFile(path: string): Promise<Password> {
  const handle = await open(path, 'r').catch((error: unknown) => systemCode(error) ?? 'unreadable');
  if (typeof handle === 'string') return { missing: `${path} cannot be read (${handle})` };
  try {
    const { mode } = await handle.stat();
    // As libpq: a file that others can read is ignored, loudly.
    const exposed = process.platform !== 'win32' && (mode & 0o077) !== 0;
    if (exposed) return { missing: `${path} is ignored, for its mode is not 0600` };
    return { value: await handle.readFile('utf8') };
  } finally {
    await handle.close();
  }
}
