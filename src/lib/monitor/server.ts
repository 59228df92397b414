/** The routes of the contract as a listener for `node:http`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Caller, type Handlers, type RouteDefinition, type RouteName, routes } from '../contract/index.js';
import { type Admission, createGate, isLocal } from './auth.js';
import { readBody } from './body.js';
import { DeadlineError, withDeadline } from './deadline.js';
import type { EventStream } from './events.js';
import { Refusal } from './refusal.js';
import { matchesOf, type RouteMatch } from './route-match.js';

export interface ListenerOptions {
  /** Bearer secret. Without one only programs on this host are answered. */
  readonly secret?: string;
  /** Bearer secret of what changes something. Without one nothing can be changed. */
  readonly actionsSecret?: string;
  /** Told of what a handler throws; the client only learns that something failed. */
  readonly onError?: (error: unknown) => void;
  /** Told of somebody who wanted to change something and might not. */
  readonly onRefusedAction?: (action: string, caller: Caller) => void;
  /** Longest a handler may take. */
  readonly deadlineMs?: number;
}

/** What the routes are answered with. */
export interface Answering {
  readonly handlers: Handlers;
  readonly events: EventStream;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const DEADLINE_MS = 5_000;

/** Answers everything below API_PREFIX; it is the caller who sends nothing else here. */
export function createRequestListener(answering: Answering, options: ListenerOptions = {}) {
  const gates = {
    monitoring: createGate(options.secret, isLocal),
    actions: createGate(options.actionsSecret, () => false),
  };
  const answer = createAnswerer(answering, options);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = pathOf(request);
    const gate = matchesOf(path).some(({ name }) => definitionOf(name).secret === 'actions') ? 'actions' : 'monitoring';
    const admission = gates[gate](request);
    if (admission === 'admitted') return answer(request, response);
    if (gate === 'actions') options.onRefusedAction?.(path.slice(path.lastIndexOf('/') + 1), callerOf(request));
    send(response, refused(admission, gate), request.method);
  };
}

/** The same for requests that somebody else has admitted. */
export function createAnswerer(answering: Answering, options: ListenerOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const matches = matchesOf(pathOf(request));
    const match = matches.find(({ name }) => routes[name].method === methodOf(request));
    if (!match)
      return send(
        response,
        matches.length === 0 ? failure(404, 'no such route') : wrongMethod(matches, request.method),
        request.method,
      );
    if (definitionOf(match.name).stream) {
      if (request.method === 'HEAD') return send(response, success(match.name, ''), request.method);
      if (!answering.events.attach(request, response)) send(response, failure(503, 'too many listen already'));
      return;
    }
    send(response, await answerTo(request, match, { answering, options }), request.method);
  };
}

const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1)[0] ?? '';
const definitionOf = (name: RouteName): RouteDefinition => routes[name];
const methodOf = ({ method }: IncomingMessage) => (method === 'HEAD' ? 'GET' : method);

const LONGEST_AGENT = 200;

const callerOf = ({ socket, headers }: IncomingMessage): Caller => ({
  address: socket.remoteAddress ?? '',
  agent: (headers['user-agent'] ?? '').slice(0, LONGEST_AGENT),
});

function send(response: ServerResponse, answer: Answer, method?: string): void {
  response.writeHead(answer.status, {
    'content-type': answer.type ?? JSON_TYPE,
    'content-length': Buffer.byteLength(answer.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...answer.headers,
  });
  response.end(method === 'HEAD' ? undefined : answer.body);
}

function refused(status: Exclude<Admission, 'admitted'>, gate: 'monitoring' | 'actions'): Answer {
  const headers = { 'www-authenticate': 'Bearer' };
  if (status === 401) return { ...failure(401, `send the ${gate} secret as a bearer token`), headers };
  if (gate === 'actions')
    return failure(403, 'no secret for actions is configured: nothing can be changed from outside');
  return failure(403, 'no secret is configured: only programs on this host are answered, that ask localhost');
}

interface Served {
  readonly answering: Answering;
  readonly options: ListenerOptions;
}

async function answerTo(request: IncomingMessage, match: RouteMatch, { answering, options }: Served): Promise<Answer> {
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  try {
    const parameters = await withDeadline(() => parametersOf(request, match), deadlineMs);
    // The schema of this very route made the parameters: the one place where that cannot be told to the compiler.
    const handlers = answering.handlers as unknown as Record<
      RouteName,
      (parameters: unknown, caller: Caller) => unknown
    >;
    const handler = handlers[match.name];
    return success(match.name, await withDeadline(() => handler(parameters, callerOf(request)), deadlineMs));
  } catch (error) {
    if (error instanceof Refusal) return { ...failure(error.status, error.message), headers: error.headers };
    options.onError?.(error);
    if (definitionOf(match.name).secret === 'actions')
      return failure(500, 'this failed: see the log of the application');
    const isLate = error instanceof DeadlineError;
    return failure(503, isLate ? 'what this route reads does not answer in time' : 'this figure cannot be read');
  }
}

async function parametersOf(request: IncomingMessage, { name, parameters }: RouteMatch): Promise<unknown> {
  const [, query = ''] = (request.url ?? '').split('?', 2);
  const body = definitionOf(name).body ? await readBody(request) : {};
  const given = { ...Object.fromEntries(new URLSearchParams(query)), ...body, ...parameters };
  const parsed = routes[name].parameters.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal(400, `${issue?.path.join('.')}: ${issue?.message}`);
}

function success(name: RouteName, result: unknown): Answer {
  const { contentType } = definitionOf(name);
  if (contentType) return { status: 200, body: String(result), type: contentType };
  return { status: statusOf(name, result), body: JSON.stringify(result) };
}

/** `curl -f` and load balancers go by the status. */
function statusOf(name: RouteName, result: unknown): number {
  const isCritical =
    typeof result === 'object' && result !== null && 'status' in result && result.status === 'critical';
  return name === 'health' && isCritical ? 503 : 200;
}

function wrongMethod(matches: readonly RouteMatch[], method: string | undefined): Answer {
  const methods = matches.flatMap(({ name }) => (routes[name].method === 'GET' ? ['GET', 'HEAD'] : ['POST']));
  const headers = { allow: methods.join(', ') };
  if (method === 'OPTIONS') return { status: 200, body: '', headers };
  return { ...failure(405, 'this route has another method'), headers };
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
  413: 'PayloadTooLargeError',
  415: 'UnsupportedMediaTypeError',
  429: 'RateLimitError',
  500: 'InternalServerError',
  501: 'NotImplementedError',
  503: 'ServiceUnavailableError',
};
