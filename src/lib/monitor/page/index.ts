/**
 * The page `/admin/monitoring`: one document with everything in it, its figures and its events, below one path. Read-only.
 * Loaded when it is first asked for.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { API_PREFIX } from '../../contract/index.js';
import type { EventStream } from '../events.js';
import { sendDocument } from './document.js';
import { createDoor, type DoorOptions } from './door.js';
import { sendSignIn, signIn } from './sign-in.js';

export interface PageOptions extends DoorOptions {
  /** Answers a request below API_PREFIX that was admitted. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly events: EventStream;
}

/** A stream ends by then, and is admitted anew when its browser comes again: nobody stays who has signed out. */
const LISTENING_AT_MOST_MS = 10 * 60_000;

/**
 * Answers what is at `base` (such as `/admin/monitoring`) and below; it is the caller who sends nothing else here.
 * Whoever is not admitted gets the form to sign in, with 401 or 403, or 503 where nobody can tell who it is.
 */
export function createPage(options: PageOptions) {
  const door = createDoor(options);
  return async (request: IncomingMessage, response: ServerResponse, base: string): Promise<void> => {
    const url = request.url ?? '';
    const rest = url.slice(base.length).split('?', 1)[0] ?? '';
    if (request.method === 'POST' && rest === '/session') return signIn(request, response, { door, base });
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405);
    const admission = await door.admits(request);
    if (admission !== 'admitted') return sendSignIn(request, response, { status: admission, base, door });
    if (rest === '' || rest === '/') return sendDocument(request, response);
    if (rest === '/events') return listen(options.events, request, response);
    // Not the stream of the API: it ends with its client alone.
    if (!rest.startsWith('/data/') || rest === '/data/events') return refuse(response, 404);
    // The routes of the API that read, as they are: the answerer knows no others by this method.
    request.url = API_PREFIX + url.slice(`${base}/data`.length);
    return options.answer(request, response);
  };
}

function listen(events: EventStream, request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'HEAD' || !events.attach(request, response)) {
    refuse(response, 503);
    return;
  }
  const timer = setTimeout(() => response.end(), LISTENING_AT_MOST_MS).unref();
  response.on('close', () => clearTimeout(timer));
}

function refuse(response: ServerResponse, status: number): void {
  const headers = status === 405 ? { allow: 'GET, HEAD' } : {};
  response.writeHead(status, { 'cache-control': 'no-store', 'content-length': 0, ...headers }).end();
}
