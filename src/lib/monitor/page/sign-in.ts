/** How a browser without a session gets one: by the monitoring secret, or in the application's own administration. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readForm } from '../body.js';
import { Refusal } from '../refusal.js';
import { type Language, languageOf, sendHtml } from './document.js';
import { type Door, SESSION_COOKIE } from './door.js';

interface Site {
  readonly door: Door;
  /** Path of the page. */
  readonly base: string;
}

/** Exchanges the secret for a cookie that scripts cannot read, and leads to the page; a wrong one leads back to the form. */
export async function signIn(request: IncomingMessage, response: ServerResponse, site: Site): Promise<void> {
  const form = await readForm(request).catch((error: unknown) => {
    if (error instanceof Refusal) return new URLSearchParams();
    throw error;
  });
  const session = site.door.sessionFor(form.get('secret') ?? '');
  if (!session) return sendSignIn(request, response, { ...site, status: 401, isWrong: true });
  // Without a path: that is the directory of this request, as the browser sees it.
  const attributes = [`Max-Age=${session.maxAgeSeconds}`, 'HttpOnly', 'SameSite=Lax'];
  if (isEncrypted(request)) attributes.push('Secure');
  const cookie = [`${SESSION_COOKIE}=${session.cookie}`, ...attributes].join('; ');
  response
    .writeHead(303, { location: linkTo(site.base, request), 'set-cookie': cookie, 'cache-control': 'no-store' })
    .end();
}

/** From where the browser is: a proxy may have us below a path of its own, which we do not know. */
function linkTo(target: string, { url = '' }: IncomingMessage): string {
  const [path = ''] = url.split('?', 1);
  return encodeURI(`./${'../'.repeat(path.split('/').length - 2)}${target.slice(1)}`);
}

const isEncrypted = ({ socket, headers }: IncomingMessage): boolean =>
  'encrypted' in socket || headers['x-forwarded-proto'] === 'https';

interface Unadmitted extends Site {
  readonly status: 401 | 403 | 503;
  readonly isWrong?: boolean;
}

/** The form, or why there is none. Programs get the status. */
export async function sendSignIn(request: IncomingMessage, response: ServerResponse, given: Unadmitted): Promise<void> {
  const { status, base, door, isWrong = false } = given;
  const words = WORDS[languageOf(request)];
  const form = `<form method="post" action="${linkTo(`${base}/session`, request)}">
<label for="secret">${words.secret}</label>
<input id="secret" name="secret" type="password" autocomplete="current-password" required autofocus${isWrong ? ' aria-describedby="wrong" aria-invalid="true"' : ''}>
${isWrong ? `<p id="wrong" class="bad" role="alert">${words.wrong}</p>` : ''}
<button>${words.signIn}</button>
</form>`;
  const signInPath = door.administrators?.signInPath;
  const body = `<main class="sign-in"><h1>${words.title}</h1>
${status === 503 ? `<p class="bad">${words.unavailable}</p>` : ''}
${status === 403 ? `<p>${words.closed}</p>` : ''}
${signInPath ? `<p><a href="${linkTo(signInPath, request)}">${words.administration}</a> ${words.thenReload}</p>` : ''}
${door.takesSecret ? form : ''}
</main>`;
  const headers: Record<string, string> = status === 401 ? { 'www-authenticate': 'Bearer' } : {};
  return sendHtml(request, response, { status, title: words.title, body, headers });
}

const EN = {
  title: 'Monitoring',
  secret: 'Monitoring secret',
  signIn: 'Sign in',
  wrong: 'This is not the secret.',
  closed: 'No secret is configured: only browsers on the host itself are answered.',
  unavailable: 'The application cannot tell who you are: its database does not answer.',
  administration: 'Sign in to the administration',
  thenReload: 'and come back.',
};
const WORDS: Readonly<Record<Language, typeof EN>> = {
  en: EN,
  de: {
    title: 'Überwachung',
    secret: 'Schlüssel der Überwachung',
    signIn: 'Anmelden',
    wrong: 'Das ist nicht der Schlüssel.',
    closed: 'Es ist kein Schlüssel eingerichtet: Nur Browser auf dem Rechner selbst erhalten Antwort.',
    unavailable: 'Die Anwendung kann nicht sagen, wer Sie sind: Ihre Datenbank antwortet nicht.',
    administration: 'In der Verwaltung anmelden',
    thenReload: 'und hierher zurückkehren.',
  },
};
