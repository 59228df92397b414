/** Sends expressions to the HTTP API of Prometheus, which VictoriaMetrics, Thanos and Mimir speak as well. */
import * as z from 'zod';
import { type HttpAnswer, request } from '../../api/http.js';
import type { Config } from '../../config/index.js';
import type { Context } from '../../context.js';
import { type ErrorCode, OperatorError } from '../../errors.js';

export interface ClientOptions extends Pick<Context, 'signal' | 'log' | 'redactor'> {
  readonly config: Pick<Config, 'metrics'>;
}

type Labels = Readonly<Record<string, string>>;

/** One line of an instant answer. Values that are no number are left out. */
export interface Line {
  readonly labels: Labels;
  readonly value: number;
}

/** One series over time; times in ms since 1970. */
export interface Track {
  readonly labels: Labels;
  readonly points: readonly (readonly [at: number, value: number])[];
}

/** Times in ms since 1970. */
export interface Steps {
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
}

/** Errors of each: `VOPS-API-…`. */
export interface Client {
  readonly instant: (expression: string, at: number) => Promise<readonly Line[]>;
  readonly range: (expression: string, steps: Steps) => Promise<readonly Track[]>;
  /** Whether the expression is one of its language. */
  readonly accepts: (expression: string) => Promise<boolean>;
  /** Where it is, without secrets. */
  readonly place: string;
}

export function createClient(options: ClientOptions): Client {
  const { metrics } = options.config;
  const place = `Prometheus at ${new URL(metrics.url).origin}`;
  const ask = async <Result>(path: string, form: Form, result: z.ZodType<Result>): Promise<Result> => {
    const answer = await send(options, path, form);
    if (answer.status !== 200) throw refusal(answer, place, options.redactor.text);
    const body = parse(answer);
    const checked = z.object({ data: z.object({ result }), warnings: z.array(z.string()).optional() }).safeParse(body);
    if (!checked.success) throw unexpected(`${place} did not answer as expected`);
    for (const warning of checked.data.warnings ?? []) options.log.warn(`${place}: ${options.redactor.text(warning)}`);
    return checked.data.data.result;
  };
  return {
    place,
    instant: (query, at) => ask('/api/v1/query', { query, time: seconds(at) }, Vector),
    range: (query, { from, to, stepMs }) =>
      ask('/api/v1/query_range', { query, start: seconds(from), end: seconds(to), step: seconds(stepMs) }, Matrix),
    async accepts(query) {
      const answer = await send(options, '/api/v1/query', { query });
      if (answer.status !== 200 && answer.status !== 400) throw refusal(answer, place, options.redactor.text);
      return answer.status === 200;
    },
  };
}

type Form = Readonly<Record<string, string>>;

const seconds = (milliseconds: number): string => String(milliseconds / 1000);

const Labelled = z.record(z.string(), z.string());
const Point = z.tuple([z.number(), z.string()]);
const isNumber = (value: number): boolean => !Number.isNaN(value);
const numberOf = (text: string): number => Number(text.replace('Inf', 'Infinity'));

const Vector = z
  .array(z.object({ metric: Labelled, value: Point }))
  .transform((lines): readonly Line[] =>
    lines
      .map(({ metric, value: [, text] }) => ({ labels: metric, value: numberOf(text) }))
      .filter(({ value }) => isNumber(value)),
  );

const Matrix = z.array(z.object({ metric: Labelled, values: z.array(Point) })).transform((tracks): readonly Track[] =>
  tracks.map(({ metric, values }) => ({
    labels: metric,
    points: values
      .map(([at, text]) => [Math.round(at * 1000), numberOf(text)] as const)
      .filter(([, value]) => isNumber(value)),
  })),
);

/** A thousand hooks with their buckets are 3 MB. */
const MAX_BYTES = 50_000_000;

/** By POST: an expression with its selectors outgrows what proxies take as a URL. */
async function send({ config: { metrics }, signal }: ClientOptions, path: string, form: Form): Promise<HttpAnswer> {
  const url = new URL(metrics.url);
  url.pathname = url.pathname.replace(/\/+$/, '') + path;
  const { token, username, password, tenant, timeout: timeoutMs } = metrics;
  const basic = username === undefined ? undefined : `${username}:${password?.reveal() ?? ''}`;
  const headers = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    ...(basic !== undefined && { authorization: `Basic ${Buffer.from(basic).toString('base64')}` }),
    ...(token && { authorization: `Bearer ${token.reveal()}` }),
    ...(tenant !== undefined && { 'x-scope-orgid': tenant }),
  };
  const body = new URLSearchParams(form).toString();
  try {
    return await request({ method: 'POST', url, headers, body, timeoutMs, signal, maxBytes: MAX_BYTES });
  } catch (error) {
    if (signal.aborted || !(error instanceof OperatorError)) throw error;
    throw new OperatorError(error.code, `Prometheus: ${error.message}`, {
      hint: `${error.hint ?? LATER} (metrics.url)`,
    });
  }
}

function parse({ body }: HttpAnswer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined; // of another shape than expected, which is said in its place
  }
}

const CHECK_URL = 'check metrics.url: it is what stands before /api/v1/query';

const unexpected = (message: string) => new OperatorError('VOPS-API-UNEXPECTED', message, { hint: CHECK_URL });

const CREDENTIALS = 'check metrics.token, or metrics.username and metrics.password';
const LATER = 'try again later; look at its load and its log';

/** What it means that it answered so. */
const REFUSALS: Readonly<Record<number, readonly [ErrorCode, what: string, hint: string]>> = {
  401: ['VOPS-API-DENIED', 'refused us', CREDENTIALS],
  403: ['VOPS-API-DENIED', 'refused us', CREDENTIALS],
  404: ['VOPS-API-UNEXPECTED', 'has no query API there', CHECK_URL],
  429: ['VOPS-API-BUSY', 'limits our calls', LATER],
  502: ['VOPS-API-UNREACHABLE', 'is not available now', LATER],
  503: ['VOPS-API-UNREACHABLE', 'is not available now', LATER],
  504: ['VOPS-API-TIMEOUT', 'did not answer in time', LATER],
};

const Complaint = z.object({ error: z.string() });

function refusal(answer: HttpAnswer, place: string, redact: (text: string) => string): OperatorError {
  const [code, what, hint] = REFUSALS[answer.status] ?? ['VOPS-API-UNEXPECTED', 'did not answer the query', CHECK_URL];
  const complaint = Complaint.safeParse(parse(answer)).data?.error;
  const reason = complaint === undefined ? '' : `: ${redact(complaint).slice(0, 200)}`;
  return new OperatorError(code, `${place} ${what} (${answer.status})${reason}`, { hint });
}
