/** Secrets that are none: known to everybody, guessable, used twice, or kept in files that go into git. */
import { type BackendFacts, type Judgement, risky, safe, unknown } from '../judgement.js';
import { isSecretName } from '../secret-names.js';
import { flatten, type Value, valueAt } from '../value.js';

interface HeldSecret extends Pick<Value, 'place' | 'variable'> {
  /** The variable, or the setting; `APP_KEYS[0]` where it holds several. */
  readonly name: string;
  readonly text: string;
}

/** Of Strapi's own generator and of many tutorials. */
const PLACEHOLDER = /to_?be_?modified|change[-_ ]?(?:me|this)|replace[-_ ]?(?:me|this|with)|your[-_ ]|<[^>]*>|example/i;
const WORD = /^(?:secret|password|passwort|test|default|strapi|admin|postgres|root|1234\d*|abc123|qwerty|x+|\*+)\d*$/i;

/** 16 characters of base64 are 96 bits: below, a secret can be found by trying. */
const SHORTEST = 16;
/** Passwords are typed by people, and the server can slow down who tries. */
const isSigningSecret = (name: string): boolean => /secret|salt|keys?$|token/i.test(name) && !/password/i.test(name);

/** Where Strapi has its secrets. */
const OWN_SECRETS = [
  ['server', 'app', 'keys'],
  ['admin', 'auth', 'secret'],
  ['admin', 'apiToken', 'salt'],
  ['admin', 'transfer', 'token', 'salt'],
  ['admin', 'secrets', 'encryptionKey'],
  ['plugins', 'users-permissions', 'config', 'jwtSecret'],
] as const;

/** No placeholder, not too short, none that serves twice. */
export function secretsAreOwn(facts: BackendFacts): Judgement[] {
  const held = heldSecrets(facts);
  const examples = new Set(
    [...facts.example].flatMap(([name, value]) => (isSecretName(name) ? partsOf(name, value) : [])),
  );
  return held.map((secret, index) => {
    const { name, text, variable } = secret;
    if (PLACEHOLDER.test(text) || WORD.test(text) || examples.has(text)) {
      const isServed = facts.nodeEnv !== 'development' && !variable?.isFallback;
      const severity = isServed ? 'error' : 'warning';
      const message = `${name} is a default that everybody knows`;
      return risky(name, secret, { what: 'DEFAULT-SECRET', severity, message, hint: hintFor(name) });
    }
    if (isSigningSecret(name) && text.length < SHORTEST) {
      const message = `${name} has fewer than ${SHORTEST} characters: it can be found by trying`;
      return risky(name, secret, { what: 'WEAK-SECRET', message, hint: NEW_SECRET });
    }
    const twin = held.slice(0, index).find((other) => other.text === text);
    if (twin === undefined || !isSigningSecret(name)) return safe(name, secret);
    const message = `${name} is the same as ${twin.name}: who learns one has both`;
    return risky(name, secret, { what: 'SHARED-SECRET', message, hint: NEW_SECRET });
  });
}

const hintFor = (name: string) =>
  isSigningSecret(name) ? NEW_SECRET : 'set another, here and where it is asked for, before others find it';

const NEW_SECRET = 'make another with: openssl rand -base64 32; tokens and sessions made with it will end';

function heldSecrets({ env, settings }: BackendFacts): HeldSecret[] {
  const variables = [...(env?.values ?? [])].filter(([name]) => isSecretName(name));
  const inEnv = variables.flatMap(([name, value]) =>
    partsOf(name, value).map((text, index, { length }) => {
      return { name: length === 1 ? name : `${name}[${index}]`, place: '.env', text };
    }),
  );
  // What comes from .env has been looked at there.
  const inFiles = writtenSecrets(settings).map(({ key, value, text }) => ({ ...value, name: key, text }));
  return [...inEnv, ...inFiles];
}

/** `APP_KEYS` holds several. */
const partsOf = (name: string, value: string): string[] => (/keys$/i.test(name) ? value.split(',') : [value]);

/** Every secret that stands in a file, also as a fallback. */
function writtenSecrets(settings: Value) {
  return flatten(settings).flatMap(({ key, value }) => {
    const isHere = value.kind === 'scalar' && value.variable?.isFallback !== false;
    const isSecret = isSecretName(
      key
        .replace(/\[\d+\]$/, '')
        .split('.')
        .at(-1) ?? '',
    );
    return isHere && isSecret && typeof value.value === 'string' && value.value !== ''
      ? [{ key, value, text: value.value }]
      : [];
  });
}

/** Secrets belong into the environment, not into files that are kept in git. */
export function secretsNotInFiles({ settings }: BackendFacts): Judgement[] {
  const written = writtenSecrets(settings).map(({ key, value }) =>
    risky(key, value, {
      what: 'INLINE-SECRET',
      message: `${key} stands in the file itself, for everybody who can read the repository`,
      hint: 'put it into .env and read it with env(…), without a fallback; then make another',
    }),
  );
  const open = OWN_SECRETS.map((keys) => ({ setting: keys.join('.'), value: valueAt(settings, ...keys) }));
  const unresolved = open.filter(({ value }) => value.kind === 'unknown');
  return [...written, ...unresolved.map(({ setting, value }) => unknown(setting, value))];
}
