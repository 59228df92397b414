/** What the channels over HTTP share: one POST, and what an answer means for the message. */
import type { IncomingHttpHeaders } from 'node:http';
import type { HttpAnswer } from '../../api/http.js';
import { OperatorError } from '../../errors.js';
import type { ChannelContext, DeliveryOutcome } from './channel.js';

export interface Posting {
  readonly url: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the receiver's answer means; default: what its status says. */
  readonly judge?: (answer: HttpAnswer, context: ChannelContext) => DeliveryOutcome;
}

/** Sends JSON, a text as it is. Whatever breaks on the way is passing; throws only the reason of an abort, and our bugs. */
export async function post(posting: Posting, context: ChannelContext): Promise<DeliveryOutcome> {
  const { request } = await import('../../api/http.js');
  const { url, body, headers, judge = judgeStatus } = posting;
  const { timeoutMs, signal } = context;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const all = { 'content-type': 'application/json', ...headers };
  try {
    const ignoresBody = judge === judgeStatus;
    const posted = { method: 'POST', url, headers: all, body: text, timeoutMs, signal, ignoresBody } as const;
    return judge(await request(posted), context);
  } catch (error) {
    if (signal.aborted || !(error instanceof OperatorError)) throw error;
    const reason = error.message;
    // An address or a header that cannot be sent at all.
    if (error.code === 'VOPS-CONFIG-INVALID') return { outcome: 'permanent', reason, about: 'channel' };
    return { outcome: 'passing', reason };
  }
}

/** @param said the receiver's own word for what is wrong, if it is known to hold no secret */
export function judgeStatus(answer: HttpAnswer, { now }: Pick<ChannelContext, 'now'>, said?: string): DeliveryOutcome {
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  const reason = `answered ${status}${said ? ` (${said})` : ''}`;
  // A redirect is a portal or a proxy in the way as often as a wrong address.
  if (status < 400 || status >= 500 || PASSING.includes(status)) {
    const retryAfterMs = retryAfterOf(headers, now());
    return { outcome: 'passing', reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  return { outcome: 'permanent', reason, about: OF_THE_MESSAGE.includes(status) ? 'message' : 'channel' };
}

const PASSING: readonly number[] = [408, 425, 429];
const OF_THE_MESSAGE: readonly number[] = [400, 413, 422];

/** `Retry-After`, in seconds or as a date, which is in UTC also in the form that does not say so. */
function retryAfterOf({ 'retry-after': text = '' }: IncomingHttpHeaders, now: Date): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^[a-z]/i.test(text)) return undefined; // to Date, a bare number is a year
  const time = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(time) ? undefined : Math.max(0, time - now.getTime());
}
