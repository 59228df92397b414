/** The routes of the contract as a listener for `node:http`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { API_PREFIX, type Handlers, type RouteName, routes } from '../contract/index.js';
import { createGate } from './auth.js';
import { DeadlineError, withDeadline } from './deadline.js';

export interface ListenerOptions {
  /** Bearer secret. Without one only programs on this host are answered. */
  readonly secret?: string;
  /** Told of what a handler throws; the client only learns that something failed. */
  readonly onError?: (error: unknown) => void;
  /** Longest a handler may take. */
  readonly deadlineMs?: number;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Match {
  readonly name: RouteName;
  readonly parameters: Readonly<Record<string, string>>;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const DEADLINE_MS = 5_000;

/** Answers everything below API_PREFIX; it is the caller who sends nothing else here. */
export function createRequestListener(handlers: Handlers, options: ListenerOptions = {}) {
  const admit = createGate(options.secret);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const admission = admit(request);
    const answer = admission === 'admitted' ? await answerTo(request, handlers, options) : refusal(admission);
    response.writeHead(answer.status, {
      'content-type': answer.type ?? JSON_TYPE,
      'content-length': Buffer.byteLength(answer.body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...answer.headers,
    });
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  };
}

function refusal(status: 401 | 403): Answer {
  if (status === 403) return failure(403, 'no secret is configured: only programs on this host are answered');
  return { ...failure(401, 'send the monitoring secret as a bearer token'), headers: { 'www-authenticate': 'Bearer' } };
}

async function answerTo(request: IncomingMessage, handlers: Handlers, options: ListenerOptions): Promise<Answer> {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const matches = matchesOf(path);
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const match = matches.find(({ name }) => routes[name].method === method);
  if (!match) return matches.length === 0 ? failure(404, 'no such route') : wrongMethod(matches);
  const given = { ...Object.fromEntries(new URLSearchParams(query)), ...match.parameters };
  const parsed = routes[match.name].parameters.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return failure(400, `${issue?.path.join('.')}: ${issue?.message}`);
  }
  try {
    // The schema of this very route made the parameters: the one place where that cannot be told to the compiler.
    const handler = handlers[match.name] as (parameters: unknown) => unknown;
    const result = await withDeadline(() => handler(parsed.data), options.deadlineMs ?? DEADLINE_MS);
    return success(match.name, result);
  } catch (error) {
    options.onError?.(error);
    const isLate = error instanceof DeadlineError;
    return failure(503, isLate ? 'what this route reads does not answer in time' : 'this figure cannot be read');
  }
}

/** Routes of any method whose path this is. */
function matchesOf(path: string): Match[] {
  const names = Object.keys(routes) as RouteName[]; // keys of a literal
  return names.flatMap((name) => {
    const parameters = match(API_PREFIX + routes[name].path, path);
    return parameters ? [{ name, parameters }] : [];
  });
}

function match(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':')) parameters[part.slice(1)] = value;
    else if (part !== value) return undefined;
  }
  return parameters;
}

function success(name: RouteName, result: unknown): Answer {
  const route = routes[name];
  if ('contentType' in route) return { status: 200, body: String(result), type: route.contentType };
  return { status: statusOf(name, result), body: JSON.stringify(result) };
}

/** `curl -f` and load balancers go by the status. */
function statusOf(name: RouteName, result: unknown): number {
  const isCritical =
    typeof result === 'object' && result !== null && 'status' in result && result.status === 'critical';
  return name === 'health' && isCritical ? 503 : 200;
}

function wrongMethod(matches: readonly Match[]): Answer {
  const methods = matches.map(({ name }) => routes[name].method);
  return { ...failure(405, 'this route has another method'), headers: { allow: [...methods, 'HEAD'].join(', ') } };
}

/** An error as Strapi words it. */
const failure = (status: number, message: string): Answer => ({
  status,
  body: JSON.stringify({ data: null, error: { status, name: NAMES[status] ?? 'Error', message } }),
});

const NAMES: Readonly<Record<number, string>> = {
  400: 'ValidationError',
  401: 'UnauthorizedError',
  403: 'ForbiddenError',
  404: 'NotFoundError',
  405: 'MethodNotAllowedError',
  503: 'ServiceUnavailableError',
};
