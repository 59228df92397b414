/** Kinds of text the sections are made of. */
import * as z from 'zod';
import { secret } from './secret.js';

/** Text in the file, a `Secret` in the program. */
export const SecretText = z.string().min(1).transform(secret);

/** An address with its `scheme://`: the URL parser alone would take `http:/host` and `postgres:host` for one. */
const address = (scheme: RegExp, error: string) =>
  z.string({ error }).refine((text) => isAddress(text, scheme), { error });

function isAddress(text: string, scheme: RegExp): boolean {
  return scheme.test(text) && URL.canParse(text) && new URL(text).hostname !== '';
}

export const HttpUrl = address(/^https?:\/\//, 'expected an http:// or https:// address');
/** The address itself opens the door, as that of a ping or a webhook does. */
export const SecretHttpUrl = HttpUrl.transform(secret);
export const SecretPostgresUrl = address(
  /^postgres(ql)?:\/\//,
  'expected postgres://user:password@host:port/database',
).transform(secret);
