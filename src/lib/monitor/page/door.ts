/** Who may see the page: a bearer of the secret, a browser that has signed in with it, an administrator of the application. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Admission, createGate, isLocal } from '../auth.js';
import { withDeadline } from '../deadline.js';

export interface DoorOptions {
  /** Of the monitoring routes. Without one, and without administrators, only browsers on this host are answered. */
  readonly secret?: string | undefined;
  /** Where the application has administrators. */
  readonly administrators?: Administrators | undefined;
}

export interface Administrators {
  /** Name of the cookie that holds their session. */
  readonly cookie: string;
  /** Asks the application, whose database may be what is broken. */
  readonly isValid: (session: string) => Promise<boolean>;
  /** Where they sign in; a path. */
  readonly signInPath: string;
}

/** 503: the application cannot say whether this session is good. */
type Verdict = Admission | 503;

export interface Door extends Pick<DoorOptions, 'administrators'> {
  readonly admits: (request: IncomingMessage) => Promise<Verdict>;
  /** What a browser is given for the secret, and for how long; undefined for anything else. */
  readonly sessionFor: (secret: string) => { readonly cookie: string; readonly maxAgeSeconds: number } | undefined;
  readonly takesSecret: boolean;
}

export const SESSION_COOKIE = 'viktoria_monitoring';
/** A working day, and the night after it. */
const SESSION_SECONDS = 24 * 3600;
const ASKING_MS = 2_000;
/** With the database down, who was admitted within this time may go on watching: that is when it matters. */
const TRUSTED_MS = 15 * 60_000;
const SESSIONS_REMEMBERED = 100;

export function createDoor({ secret, administrators }: DoorOptions): Door {
  const gate = createGate(secret, (request) => administrators === undefined && isLocal(request));
  const knows = administrators && rememberSessions(administrators.isValid);
  return {
    administrators,
    takesSecret: secret !== undefined,
    async admits(request) {
      const admission = gate(request);
      if (admission === 'admitted') return admission;
      if (secret !== undefined && isSigned(cookieOf(request, SESSION_COOKIE), secret)) return 'admitted';
      const session = administrators && cookieOf(request, administrators.cookie);
      if (!knows) return admission;
      return session ? knows(session) : 401;
    },
    sessionFor(given) {
      if (secret === undefined || !timingSafeEqual(digest(given), digest(secret))) return undefined;
      const ends = String(Math.floor(Date.now() / 1000) + SESSION_SECONDS);
      return { cookie: `${ends}.${signatureOf(ends, secret)}`, maxAgeSeconds: SESSION_SECONDS };
    },
  };
}

function isSigned(cookie: string, secret: string): boolean {
  const [ends = '', signature = ''] = cookie.split('.');
  return timingSafeEqual(digest(signature), digest(signatureOf(ends, secret))) && Number(ends) > Date.now() / 1000;
}

/** Keyed with the secret: with a new one all sessions end. */
const signatureOf = (ends: string, secret: string): string =>
  createHmac('sha256', secret).update(`page ${ends}`).digest('base64url');

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Asks each time; where there is no answer, what it was a while ago counts. */
function rememberSessions(isValid: Administrators['isValid']) {
  const admitted = new Map<string, number>();
  return async (session: string): Promise<Verdict> => {
    const key = digest(session).toString('base64');
    try {
      const valid = await withDeadline(() => isValid(session), ASKING_MS);
      admitted.delete(key);
      if (!valid) return 401;
      admitted.set(key, performance.now());
      const [oldest] = admitted.keys();
      if (admitted.size > SESSIONS_REMEMBERED && oldest) admitted.delete(oldest);
      return 'admitted';
    } catch {
      const at = admitted.get(key);
      return at !== undefined && performance.now() - at < TRUSTED_MS ? 'admitted' : 503;
    }
  };
}

/** '' where there is none of this name. */
function cookieOf({ headers }: IncomingMessage, name: string): string {
  const pair = (headers.cookie ?? '').split(';').find((part) => part.trim().startsWith(`${name}=`));
  return pair?.trim().slice(name.length + 1) ?? '';
}
