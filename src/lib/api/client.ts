/** Calls the routes of `contract/routes.ts` as the operator's side sees them: typed, validated, every refusal in words. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../config/index.js';
import type { Context } from '../context.js';
import {
  API_PREFIX,
  type ReadableName,
  type RouteDefinition,
  type RouteParameters,
  type RouteResponse,
  routes,
} from '../contract/index.js';
import { abortReason } from '../errors.js';
import { type Answer, readAnswer } from './answer.js';
import { type HttpAnswer, request } from './http.js';
import type { ApiCall, ApiCallOptions } from './index.js';
import { type Place, refusal } from './refusal.js';

export interface ClientOptions extends Pick<Context, 'signal' | 'now' | 'elapsed' | 'log' | 'redactor'> {
  readonly config: Pick<Config, 'app'>;
}

/** One call, ready to be sent once or twice. */
interface Exchange {
  readonly definition: RouteDefinition;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** On the clock of `elapsed`: both attempts and the pause between them end here. */
  readonly deadlineMs: number;
}

export function createApiCall(options: ClientOptions): ApiCall {
  return async <Name extends ReadableName>(
    route: Name,
    parameters?: RouteParameters<Name>,
    { onDuration }: ApiCallOptions = {},
  ): Promise<RouteResponse<Name>> => {
    const { app } = options.config;
    const definition: RouteDefinition = routes[route];
    const exchange: Exchange = {
      definition,
      url: urlOf(app.url, definition, parameters ?? {}),
      headers: { accept: acceptOf(definition), ...(app.token && { authorization: `Bearer ${app.token.reveal()}` }) },
      deadlineMs: options.elapsed() + app.timeout,
    };
    const place: Place = { definition, url: exchange.url, hasToken: app.token !== undefined };
    const http = await answerTo(exchange, options);
    const answer = read(exchange, http);
    if (!answer.isValid) throw refusal(http, place, { problem: answer.problem, redact: options.redactor.text });
    onDuration?.(http.durationMs);
    return answer.value as RouteResponse<Name>; // validated by this route's own schema
  };
}

const acceptOf = ({ contentType }: RouteDefinition): string => contentType?.replace(/;.*/, '') ?? 'application/json';

/** Path parameters are put in their place, encoded; the others become the query. */
function urlOf(base: string, definition: RouteDefinition, parameters: Readonly<Record<string, unknown>>): URL {
  const url = new URL(base);
  const rest = new URLSearchParams();
  let path = definition.path;
  for (const [name, value] of Object.entries(definition.parameters.parse(parameters))) {
    if (value === undefined) continue;
    if (path.includes(`:${name}`)) path = path.replace(`:${name}`, encodeURIComponent(String(value)));
    else rest.set(name, String(value));
  }
  url.pathname = url.pathname.replace(/\/+$/, '') + API_PREFIX + path;
  url.search = rest.toString();
  url.hash = '';
  return url;
}

const read = ({ definition }: Exchange, http: HttpAnswer): Answer =>
  http.status === 200 || definition.alsoAnswers?.includes(http.status)
    ? readAnswer(http, definition)
    : { isValid: false, problem: '' };

/** Statuses that ask for patience: the request was not carried out and may be sent again. */
const BUSY: readonly number[] = [429, 503];

/** The answer; that of a second attempt where the first was "not now" and the pause asked for ends in time. */
async function answerTo(exchange: Exchange, options: ClientOptions): Promise<HttpAnswer> {
  const first = await attempt(exchange, options);
  const mayRepeat = exchange.definition.method === 'GET' && BUSY.includes(first.status);
  if (!mayRepeat || read(exchange, first).isValid) return first;
  const pauseMs = pauseBefore(first, options.now());
  if (options.elapsed() + pauseMs >= exchange.deadlineMs) return first;
  await pause(pauseMs, undefined, { signal: options.signal }).catch(() => {
    throw abortReason(options.signal);
  });
  return attempt(exchange, options);
}

async function attempt(exchange: Exchange, { signal, elapsed, log }: ClientOptions): Promise<HttpAnswer> {
  const { definition, url, headers, deadlineMs } = exchange;
  const timeoutMs = Math.max(1, deadlineMs - elapsed());
  const { method, maxBytes } = definition;
  const answer = await request({ url, method, headers, timeoutMs, maxBytes, signal });
  log.debug(`${method} ${url.pathname}: ${answer.status} in ${answer.durationMs} ms`);
  return answer;
}

/** Pause when the server names none; the random part keeps several clients from returning together. */
const PAUSE_MS = 250;

/** `Retry-After`, in seconds or as a date; a date is read against the server's own clock where it tells it. */
function pauseBefore({ headers }: HttpAnswer, now: Date): number {
  const text = headers['retry-after'];
  if (text === undefined) return PAUSE_MS * (1 + Math.random());
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - (Date.parse(headers.date ?? '') || +now);
  return Number.isNaN(waitMs) ? PAUSE_MS : Math.max(0, waitMs);
}
