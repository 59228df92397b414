/** One export over HTTP, and what its answer means. */
import * as z from 'zod';

export interface Target {
  /** Address of the receiver, without or with `/v1/metrics`. */
  readonly endpoint: string;
  /** Such as `authorization`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export type Sent =
  | { readonly outcome: 'accepted' }
  /** Some data points were refused: sending the same again would not help. */
  | { readonly outcome: 'partial'; readonly reason: string }
  /** Not now: another time it may. */
  | { readonly outcome: 'retry'; readonly reason: string; readonly afterMs: number | undefined }
  /** Not like this: the address, a header or the data is wrong. */
  | { readonly outcome: 'refused'; readonly reason: string };

/** OTLP/HTTP, "Retryable Response Codes". */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const LARGEST_ANSWER = 64_000;
const LONGEST_REASON = 200;

/** Never throws. Reasons hold neither header nor address. */
export async function sendMetrics({ endpoint, headers, timeoutMs }: Target, request: object): Promise<Sent> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const url = addressOf(endpoint);
    const response = await fetch(withoutUser(url), {
      method: 'POST',
      headers: { ...authorizationOf(url), ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(request),
      // A header that authorises is for this address and no other.
      redirect: 'error',
      signal,
    });
    return judge(response, await readText(response));
  } catch (error) {
    return { outcome: 'retry', reason: signal.aborted ? 'no answer in time' : reasonOf(error), afterMs: undefined };
  }
}

function addressOf(endpoint: string): URL {
  const url = new URL(endpoint);
  if (!url.pathname.endsWith('/v1/metrics')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/metrics`;
  return url;
}

/** `fetch` takes no user and password in an address. */
function withoutUser(url: URL): URL {
  return Object.assign(new URL(url), { username: '', password: '' });
}

function authorizationOf({ username, password }: URL): { readonly authorization?: string } {
  if (username === '' && password === '') return {};
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(user).toString('base64')}` };
}

function judge({ ok, status, headers }: Response, text: string): Sent {
  if (RETRYABLE.has(status)) {
    return { outcome: 'retry', reason: `HTTP ${status}`, afterMs: retryAfter(headers.get('retry-after')) };
  }
  if (!ok) return { outcome: 'refused', reason: `HTTP ${status}` };
  const partial = PartialSuccess.safeParse(parseJson(text)).data?.partialSuccess;
  if (partial === undefined || Number(partial.rejectedDataPoints) === 0) return { outcome: 'accepted' };
  const why = partial.errorMessage.replace(/\p{Cc}/gu, ' ').slice(0, LONGEST_REASON);
  return { outcome: 'partial', reason: `${partial.rejectedDataPoints} data points were refused: ${why}` };
}

/** A warning to data that was accepted has this form, too, with none refused. */
const PartialSuccess = z.object({
  partialSuccess: z.object({
    rejectedDataPoints: z.union([z.string(), z.number()]).default(0),
    errorMessage: z.string().default('no reason given'),
  }),
});

/** Seconds, or a date (RFC 9110). */
function retryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}

/** Accepted is accepted, whatever was said of it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Its beginning; the rest is not waited for. */
async function readText({ body }: Response): Promise<string> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > LARGEST_ANSWER) break;
  }
  return text;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
}
