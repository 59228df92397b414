/** Requests as the application counts them on its page for Prometheus. Pure. */
import * as z from 'zod';
import { API_PREFIX } from '../contract/index.js';

/** Counted since the start of the application. */
export const RequestCounts = z.object({
  /** Of the application, seconds since 1970: with another start the counts begin anew. */
  startedAt: z.number(),
  requests: z.number(),
  totalSeconds: z.number(),
  /** Requests that did not fail, by the longest they took in seconds; cumulated, shortest first. */
  answered: z.array(z.tuple([z.number(), z.number()])),
});
export type RequestCounts = z.output<typeof RequestCounts>;

const FAMILY = 'http_request_duration_seconds';
const LINE = new RegExp(`^${FAMILY}_(bucket|sum|count)\\{(.*)\\} (\\S+)$`);
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** What users asked for: our own questions are left out. Undefined where the application counts no requests. */
export function readRequests(page: string): RequestCounts | undefined {
  const startedAt = Number(/^process_start_time_seconds (\S+)$/m.exec(page)?.[1] ?? 0);
  const answered = new Map<number, number>();
  const sums = { count: 0, sum: 0 };
  let isCounted = false;
  for (const line of page.split('\n')) {
    const [, part, labelText = '', value] = LINE.exec(line) ?? [];
    const labels = new Map([...labelText.matchAll(LABEL)].map(([, name, text]) => [name, text]));
    if (part === undefined || labels.get('route')?.startsWith(API_PREFIX)) continue;
    isCounted = true;
    if (part === 'count' || part === 'sum') sums[part] += Number(value);
    else if (labels.get('status') !== '5xx') {
      const bound = Number(labels.get('le')?.replace('+Inf', 'Infinity'));
      if (Number.isFinite(bound)) answered.set(bound, (answered.get(bound) ?? 0) + Number(value));
    }
  }
  if (!isCounted) return undefined;
  const byBound = [...answered].sort(([one], [other]) => one - other);
  return { startedAt, requests: sums.count, totalSeconds: sums.sum, answered: byBound };
}

/** What was counted after `before`; all of it where the application has started since. */
export function requestsSince(now: RequestCounts, before: RequestCounts | undefined): RequestCounts {
  if (before === undefined || before.startedAt !== now.startedAt || before.requests > now.requests) return now;
  const earlier = new Map(before.answered);
  return {
    startedAt: now.startedAt,
    requests: now.requests - before.requests,
    totalSeconds: now.totalSeconds - before.totalSeconds,
    answered: now.answered.map(([bound, count]) => [bound, count - (earlier.get(bound) ?? 0)]),
  };
}

/** Requests answered within so long: those that surely were, where the limit is between two bounds. */
export function answeredWithin({ answered }: RequestCounts, seconds: number): number {
  return answered.filter(([bound]) => bound <= seconds).at(-1)?.[1] ?? 0;
}
