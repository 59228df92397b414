/** A bucket: one signed request, sent again where that can help, and every refusal in words. */
import type { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type HttpAnswer, type HttpRequest, request } from '../../api/http.js';
import type { Config } from '../../config/index.js';
import { abortReason, OperatorError } from '../../errors.js';
import { type Place, refusal, unreachable, unusable } from './refusal.js';
import { isTransient, isTransientError, pauseBefore, TRIES } from './retry.js';
import { createSign, type Sign } from './sign.js';

export type RemoteSettings = NonNullable<Config['backup']['remote']>;

interface BucketRequest extends Pick<HttpRequest, 'maxBytes'> {
  readonly method: NonNullable<HttpRequest['method']>;
  /** Below the prefix; without it, the bucket itself is asked. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Of the body, where it is known already. */
  readonly md5?: string;
  /** Statuses that are answers, besides those of success. */
  readonly accept?: readonly number[];
  /** What is wrong with an answer of success, such as a checksum: it is then asked for again. */
  readonly faultOf?: (answer: HttpAnswer) => string | undefined;
}

export interface Bucket {
  /** For people: `s3://bucket/prefix`. */
  readonly label: string;
  /** Empty, or with its `/` at the end. */
  readonly prefix: string;
  readonly signal: AbortSignal;
  /** Errors: `VOPS-REMOTE-UNREACHABLE`, `-DENIED`, `-FAILED`; the reason of the signal. */
  readonly send: (request: BucketRequest) => Promise<HttpAnswer>;
}

interface Connection {
  readonly settings: RemoteSettings;
  readonly place: Place;
  readonly prefix: string;
  readonly sign: Sign;
  readonly agent: Agent;
}

/** The bucket of the configuration. Nothing is sent yet. */
export async function openBucket(settings: RemoteSettings, signal: AbortSignal): Promise<Bucket> {
  const prefix = settings.prefix.replace(/^\/+|\/+$/g, '');
  const host = new URL(settings.endpoint).host;
  const connection: Connection = {
    settings,
    place: { bucket: settings.bucket, host },
    prefix: prefix && `${prefix}/`,
    sign: await createSign(settings),
    agent: await agentFor(settings.endpoint),
  };
  return {
    label: `s3://${settings.bucket}${prefix && `/${prefix}`}`,
    prefix: connection.prefix,
    signal,
    send: (wanted) => send(connection, wanted, signal),
  };
}

/** Idle connections do not keep the process alive. */
async function agentFor(endpoint: string): Promise<Agent> {
  const { Agent } = await import(endpoint.startsWith('https:') ? 'node:https' : 'node:http');
  return new Agent({ keepAlive: true });
}

async function send(connection: Connection, wanted: BucketRequest, signal: AbortSignal): Promise<HttpAnswer> {
  for (let tries = 1; ; tries++) {
    const result = await attempt(connection, wanted, signal);
    if (!('error' in result)) return result.answer;
    if (!result.mayRepeat || tries === TRIES) throw result.error;
    await pause(pauseBefore(tries, result.retryAfter), undefined, { signal }).catch(() => {
      throw abortReason(signal);
    });
  }
}

type Attempt =
  | { readonly answer: HttpAnswer }
  | { readonly error: OperatorError; readonly mayRepeat: boolean; readonly retryAfter?: string | undefined };

async function attempt(connection: Connection, wanted: BucketRequest, signal: AbortSignal): Promise<Attempt> {
  const { settings, place, agent } = connection;
  const url = urlOf(connection, wanted);
  const { method, body, md5, maxBytes = MAX_ANSWER_BYTES, accept = [], faultOf } = wanted;
  try {
    const headers = await connection.sign({ method, url, body, md5, headers: wanted.headers ?? {} });
    const timeoutMs = settings.timeout;
    const answer = await request({ url, method, headers, agent, timeoutMs, maxBytes, signal, ...(body && { body }) });
    if (accept.includes(answer.status)) return { answer };
    if (answer.status < 200 || answer.status > 299) {
      const { error, code } = await refusal(answer, place);
      return { error, mayRepeat: isTransient(answer.status, code), retryAfter: answer.headers['retry-after'] };
    }
    const fault = faultOf?.(answer);
    return fault === undefined ? { answer } : { error: unusable(fault, place), mayRepeat: true };
  } catch (error) {
    if (signal.aborted) throw abortReason(signal);
    if (!(error instanceof OperatorError)) throw error;
    return { error: unreachable(error), mayRepeat: isTransientError(error) };
  }
}

/** More than a list of a thousand names, or a range. */
const MAX_ANSWER_BYTES = 20_000_000;

/** The bucket in the path, which every server understands; each part encoded as it is signed. */
function urlOf({ settings, prefix }: Connection, { key, query = {} }: BucketRequest): URL {
  const url = new URL(settings.endpoint);
  const base = url.pathname.replace(/\/+$/, '');
  const path = key === undefined ? '' : `/${`${prefix}${key}`.split('/').map(encode).join('/')}`;
  url.pathname = `${base}/${settings.bucket}${path}`;
  url.search = Object.entries(query)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');
  return url;
}

/** As RFC 3986 has it: encodeURIComponent leaves five characters that the signature does not. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
