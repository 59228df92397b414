/** What must not be put under load by mistake. Pure. */
import { isIP } from 'node:net';

export interface Target {
  readonly url: URL;
  /** As the application itself says. */
  readonly applicationEnvironment: string;
  /** Of our configuration. */
  readonly environment: string;
}

/** A name one of whose parts says that it is not production. */
const FOR_TESTS = /(^|[.-])(dev|develop|development|stage|staging|test|testing|qa|sandbox|preview|local)\d*([.-]|$)/i;
/** Domains of the world that say nothing of the kind: of Google's register, and of Qatar. */
const TOP_LEVEL = /\.(dev|qa)\.?$/i;

/** Why the target may be production; undefined of one that is not. */
export function protectionOf({ url, applicationEnvironment, environment }: Target): string | undefined {
  if (/^prod/i.test(applicationEnvironment)) return `the application calls itself ${applicationEnvironment}`;
  if (/^prod/i.test(environment)) return `the environment of the configuration is ${environment}`;
  if (isLoopback(url.hostname) || FOR_TESTS.test(url.hostname.replace(TOP_LEVEL, ''))) return undefined;
  return `nothing in the name ${url.hostname} says that it is not production`;
}

function isLoopback(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare) === 4) return bare.startsWith('127.');
  return bare === '::1' || bare === 'localhost' || bare.endsWith('.localhost');
}
