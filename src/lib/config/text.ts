/** Kinds of text the sections are made of. */
import * as z from 'zod';
import { secret } from './secret.js';

/** The schemas whose values are secrets, so that a path can be asked whether it holds one. */
export const secretSchemas = z.registry<{ readonly isSecret: true }>();

/** Text in the file, a `Secret` in the program. */
export const SecretText = asSecret(z.string().min(1));

/** An address with its `scheme://`: the URL parser alone would take `http:/host` and `postgres:host` for one. */
const address = (scheme: RegExp, error: string) =>
  z.string({ error }).refine((text) => isAddress(text, scheme), { error });

function isAddress(text: string, scheme: RegExp): boolean {
  return scheme.test(text) && URL.canParse(text) && new URL(text).hostname !== '';
}

export const HttpUrl = address(/^https?:\/\//, 'expected an http:// or https:// address');
/** The address itself opens the door, as that of a ping or a webhook does. */
export const SecretHttpUrl = asSecret(HttpUrl);

/** libpq's, but for `allow`, which takes TLS only where it must. */
export const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

const POSTGRES = 'expected postgres://user:password@host:port/database';
export const SecretPostgresUrl = asSecret(
  z.string({ error: POSTGRES }).refine((text) => faultOf(text) === undefined, {
    error: ({ input }) => faultOf(String(input)),
  }),
);

/** A mode that is none would be no protection, and nobody would know. */
function faultOf(text: string): string | undefined {
  if (!isAddress(text, /^postgres(ql)?:\/\//)) return POSTGRES;
  if (!isDecodable(text)) return 'expected %25 for a % that stands for itself';
  const mode = new URL(text).searchParams.get('sslmode');
  if (mode === null || SSL_MODES.some((known) => known === mode)) return undefined;
  return `expected sslmode to be one of ${SSL_MODES.join(', ')}`;
}

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== '';
  } catch {
    return false;
  }
}

export const AbsolutePath = z.string().startsWith('/', 'expected a path from the root, such as /etc/ssl/ca.pem');

/** A SELECT, which stands in brackets in the end: no semicolon after it. */
export const SelectText = z
  .string()
  .min(1)
  .transform((sql) => sql.trim().replace(/;$/, ''));

function asSecret(text: z.ZodString) {
  return text.transform(secret).register(secretSchemas, { isSecret: true });
}
