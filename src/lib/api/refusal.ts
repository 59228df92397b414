/** Answers that are not what was asked for, as errors an operator can mend. */
import type { RouteDefinition } from '../contract/index.js';
import { type ErrorCode, OperatorError } from '../errors.js';
import type { HttpAnswer } from './http.js';

/** What was asked, and where. */
export interface Place {
  readonly definition: RouteDefinition;
  readonly url: URL;
  readonly hasToken: boolean;
}

interface Reading {
  /** What is wrong with the body of an answer that had the right status. */
  readonly problem: string;
  readonly redact: (text: string) => string;
}

/** The error for an answer that is none. */
export function refusal(answer: HttpAnswer, place: Place, { problem, redact }: Reading): OperatorError {
  const { status } = answer;
  const asked = `${place.definition.method} ${place.url.pathname} at ${place.url.origin}`;
  if (problem && status === 200) return unexpected(`${asked} did not answer as expected: ${problem}`, answer, redact);
  if (status >= 300 && status < 400) return redirected(asked, answer, place);
  if (status === 401 || status === 403) return denied(asked, status, place);
  if (status === 404) return notOffered(asked, place);
  if (status === 429)
    return error('VOPS-API-BUSY', `${asked} limits our calls (429)`, waitHint(answer) ?? 'try again later');
  if (GATEWAY.includes(status)) return behindProxy(asked, answer);
  return unexpected(`${asked} answered ${status}`, answer, redact);
}

const error = (code: ErrorCode, message: string, hint: string) => new OperatorError(code, message, { hint });

/** Names only the origin of the target: its path and query may hold a secret. */
function redirected(asked: string, { status, headers }: HttpAnswer, { url }: Place): OperatorError {
  const location = headers.location ?? '';
  const target = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined;
  const isHttp = target?.protocol === 'http:' || target?.protocol === 'https:';
  const where = isHttp ? target.origin : (target?.protocol ?? 'nowhere');
  return error(
    'VOPS-API-UNEXPECTED',
    `${asked} answered with a redirect (${status}) to ${where}; redirects are not followed`,
    'set app.url to the address that answers itself',
  );
}

function denied(asked: string, status: number, { hasToken }: Place): OperatorError {
  const hint = hasToken
    ? 'app.token is not the one the application expects: compare it with the secret set there'
    : 'set app.token to the secret of the hook-monitoring API, by reference to an environment variable or a file';
  return error('VOPS-API-DENIED', `${asked} refused us (${status})`, hint);
}

function notOffered(asked: string, { definition }: Place): OperatorError {
  if (definition.optional) {
    return error('VOPS-API-NOT-OFFERED', `${asked}: not offered by this backend`, 'update the application side');
  }
  const hint = 'the application side is missing: viktoria-ops init strapi; or app.url names another application';
  return error('VOPS-API-NOT-OFFERED', `${asked}: not found`, hint);
}

/** What a proxy says when nothing behind it answers: the application itself answers 503 with its own shape only. */
const GATEWAY: readonly number[] = [502, 503, 504];

function behindProxy(asked: string, answer: HttpAnswer): OperatorError {
  const hint = waitHint(answer) ?? 'try again later; is the application running? A proxy in front of it may answer so';
  return error('VOPS-API-UNREACHABLE', `${asked} is not available now (${answer.status})`, hint);
}

function waitHint({ headers }: HttpAnswer): string | undefined {
  const wait = headers['retry-after']?.slice(0, 40);
  return wait === undefined ? undefined : `it asks to wait: ${wait}${/^\d+$/.test(wait) ? ' s' : ''}`;
}

const EXCERPT_LENGTH = 200;

/** Redacted before it is cut: half a secret at the end would not be recognised any more. */
function unexpected(what: string, { body }: HttpAnswer, redact: (text: string) => string): OperatorError {
  const start = body.toString('utf8', 0, EXCERPT_LENGTH * 20);
  const excerpt = redact(start).trim().slice(0, EXCERPT_LENGTH);
  const message = excerpt ? `${what}; it begins: ${excerpt}` : what;
  return error(
    'VOPS-API-UNEXPECTED',
    message,
    'check app.url, the log of the application and the proxy in front of it',
  );
}
