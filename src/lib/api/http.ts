/**
 * The one HTTP client: a total deadline, a cap on decoded bytes, no redirects, no connection left behind.
 *
 * Not `fetch`: it costs 30 ms to load, knows no total deadline and no cap, and quotes the password of a URL in an error.
 */
import {
  type Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
} from 'node:http';
import { type Duplex, pipeline } from 'node:stream';
import { abortReason, OperatorError } from '../errors.js';
import { explainFailure, explainTimeout, type Progress } from './failure.js';

export interface HttpRequest {
  /** http or https. User info travels as a Basic header unless `headers` has an authorization of its own. */
  readonly url: string | URL;
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Keeps connections for the next request; without one, each request has a connection of its own. */
  readonly agent?: Agent;
  /** For everything from the name lookup to the last byte of the body. */
  readonly timeoutMs?: number;
  /** Longest body accepted, after decoding. */
  readonly maxBytes?: number | undefined;
  /** The status is all that is wanted: the body is not waited for, and left out. */
  readonly ignoresBody?: boolean;
  readonly signal?: AbortSignal;
}

/** Any answer, whatever its status: a redirect or a 500 is an answer too. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Decoded. */
  readonly body: Buffer;
  /** From the start of the request to the last byte of the body. */
  readonly durationMs: number;
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 5_000_000;

/** Sends one request. Errors: `VOPS-API-UNREACHABLE`, `VOPS-API-TIMEOUT`, `VOPS-API-UNEXPECTED`; the reason of `signal`. */
export async function request(options: HttpRequest): Promise<HttpAnswer> {
  const { timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES, signal } = options;
  const startedAt = performance.now();
  const { url, headers } = addressOf(options);
  const outgoing = await prepare(url, { method: options.method ?? 'GET', headers, agent: options.agent ?? false });
  const stop = () => outgoing.destroy();
  let response: IncomingMessage | undefined;
  let late: OperatorError | undefined;
  const timer = setTimeout(() => {
    late = explainTimeout(url, progressOf(outgoing, response), timeoutMs);
    stop();
  }, timeoutMs);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    signal?.throwIfAborted();
    response = await send(outgoing, options.body);
    const body = options.ignoresBody ? Buffer.alloc(0) : await readBody(response, maxBytes);
    return { status: response.statusCode ?? 0, headers: response.headers, body, durationMs: since(startedAt) };
  } catch (error) {
    if (signal?.aborted) throw abortReason(signal);
    throw late ?? explainFailure(error, url, progressOf(outgoing, response));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    stop();
  }
}

const since = (startedAt: number): number => Math.round((performance.now() - startedAt) * 10) / 10;

/** The address without its user info, which becomes a header: no error, log or redirect can then quote it. */
function addressOf(options: HttpRequest): { url: URL; headers: Record<string, string> } {
  const text = String(options.url);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new OperatorError('VOPS-CONFIG-INVALID', 'only http:// and https:// addresses can be called', {
      hint: 'correct the address in the configuration: viktoria-ops config show --origin',
    });
  }
  const headers: Record<string, string> = { 'accept-encoding': 'gzip, deflate, br', 'user-agent': 'viktoria-ops' };
  if (url.username || url.password) {
    const credentials = `${decode(url.username)}:${decode(url.password)}`;
    headers.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    url.username = '';
    url.password = '';
  }
  return { url, headers: { ...headers, ...options.headers } };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a bare % in a password
  }
}

interface Outgoing {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly agent: Agent | false;
}

async function prepare(url: URL, options: Outgoing): Promise<ClientRequest> {
  const start = url.protocol === 'https:' ? (await import('node:https')).request : requestHttp;
  try {
    // Who waits hears of an error through `send`; one that comes when nobody waits must not end the program.
    return start(url, { ...options }).on('error', () => undefined);
  } catch (error) {
    throw explainFailure(error, url, 'connecting');
  }
}

function send(outgoing: ClientRequest, body: HttpRequest['body']): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
    // After a 101 nobody asked for, Node closes the connection with neither an answer nor an error.
    outgoing.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    outgoing.end(body); // given in one piece, so Node sets Content-Length
  });
}

function progressOf(outgoing: ClientRequest, response: IncomingMessage | undefined): Progress {
  if (response) return 'answering';
  return outgoing.socket?.connecting === false ? 'waiting' : 'connecting';
}

/** Copies into one growing buffer: a body of 1-byte chunks would otherwise cost a hundred times its size. */
async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const decoder = await decoderFor(response);
  const chunks: AsyncIterable<Buffer> = decoder ? pipeline(response, decoder, () => undefined) : response;
  let body = Buffer.alloc(16_384);
  let size = 0;
  for await (const chunk of chunks) {
    const needed = size + chunk.length;
    if (needed > maxBytes) throw tooLarge(maxBytes);
    if (needed > body.length) body = Buffer.concat([body], Math.max(needed, body.length * 2));
    chunk.copy(body, size);
    size = needed;
  }
  return body.subarray(0, size);
}

const tooLarge = (maxBytes: number) =>
  new OperatorError('VOPS-API-UNEXPECTED', `the answer is longer than ${maxBytes / 1e6} MB; reading stopped there`, {
    hint: 'check that the address is the one you mean',
  });

async function decoderFor({ headers, statusCode = 0 }: IncomingMessage): Promise<Duplex | undefined> {
  const encoding = headers['content-encoding']?.trim().toLowerCase() || 'identity';
  const isEmpty = statusCode === 204 || statusCode === 304 || headers['content-length'] === '0';
  if (encoding === 'identity' || isEmpty) return undefined;
  const zlib = await import('node:zlib');
  if (encoding === 'br') return zlib.createBrotliDecompress();
  if (['gzip', 'x-gzip', 'deflate'].includes(encoding)) return zlib.createUnzip(); // tells the two apart itself
  throw new OperatorError('VOPS-API-UNEXPECTED', `the answer is encoded as "${encoding.slice(0, 40)}"`, {
    hint: 'gzip, deflate and br were offered; check the proxy in front of the application',
  });
}
