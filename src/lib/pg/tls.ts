/** libpq's sslmodes, which are not node-postgres's: there `require` and `prefer` would verify the certificate. */
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { Config } from '../config/index.js';
import { explain, OperatorError } from '../errors.js';
import { readRegularFile } from '../files/index.js';

type Settings = Config['database'];

/** How to speak on the socket: in plain, or by TLS with these options. */
export type Transport = false | ConnectionOptions;

/**
 * The ways to connect, in order of trial. `prefer` falls back to plain; with a root certificate at hand `require` means
 * `verify-ca`, and `prefer` verifies what it tries first. Source: the PostgreSQL documentation, "SSL Support".
 */
export async function transports(
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly Transport[]> {
  const { sslmode } = settings;
  // Never TLS over a Unix socket, whatever the mode.
  if (sslmode === 'disable' || settings.host.startsWith('/')) return [false];
  const ca = await readRootCertificate(settings, env);
  if (ca === undefined && sslmode.startsWith('verify')) throw rootCertificateMissing(sslmode);
  const verified: ConnectionOptions = ca === undefined ? { rejectUnauthorized: false } : trusting(ca);
  if (sslmode === 'verify-full') return [verified];
  const anyName: ConnectionOptions = { ...verified, checkServerIdentity: () => undefined };
  return sslmode === 'prefer' ? [anyName, false] : [anyName];
}

/** Node's own roots stand for libpq's `sslrootcert=system`. */
const SYSTEM_ROOTS = 'system';

/** All authorities of a distribution fit in a fraction of this. */
const LARGEST_FILE = 10_000_000;

const trusting = (ca: string): ConnectionOptions => (ca === SYSTEM_ROOTS ? {} : { ca });

async function readRootCertificate(
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const { sslrootcert } = settings;
  if (sslrootcert === SYSTEM_ROOTS) return SYSTEM_ROOTS;
  const path = sslrootcert ?? join(env.HOME ?? '', '.postgresql', 'root.crt');
  try {
    return (await readRegularFile(path, LARGEST_FILE)).toString('utf8');
  } catch (error) {
    if (sslrootcert === undefined || !settings.sslmode.startsWith('verify')) return undefined;
    throw new OperatorError('VOPS-CONFIG-INVALID', `database.sslrootcert: ${explain(error).message}`, {
      hint: 'name a PEM file that this account can read',
      cause: error,
    });
  }
}

const rootCertificateMissing = (sslmode: string) =>
  new OperatorError('VOPS-CONFIG-INVALID', `database.sslmode ${sslmode} needs a root certificate, and there is none`, {
    hint: 'set database.sslrootcert to a PEM file, or to "system" for the well-known authorities',
  });
