/** Requests as fast, or as often, as wanted; counted one by one. */
import * as z from 'zod';
import type { Context } from '../../context.js';
import { formatPercent } from '../../measures.js';
import { addToBin, type Bins, binOf, quantile } from '../../quantiles.js';

export const Load = z.object({
  /** Answered, or given up. */
  requests: z.number(),
  /** Answered with 400 or above, and all that were not answered. */
  failed: z.number(),
  /** Of those: no connection, a broken one, or no answer in time. */
  unanswered: z.number(),
  /** Answers by status. */
  statuses: z.record(z.string(), z.number()),
  /** Answers a second. */
  requestsPerSecond: z.number(),
  /** Of answers; null without any. */
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  maxMs: z.number().nullable(),
  durationMs: z.number(),
  /** `failures`: too many failed. `aborted`: a signal or the deadline. Null: it ran to its end. */
  stopped: z.enum(['failures', 'aborted']).nullable(),
});
export type Load = z.infer<typeof Load>;

export interface Shots {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly connections: number;
  readonly durationMs: number;
  readonly ratePerSecond: number | undefined;
}

/** Longest wait for an answer. */
const TIMEOUT_SECONDS = 10;
/** Fewer failures than this say nothing yet. */
const FEWEST_REQUESTS = 20;
const LOOK_EVERY_MS = 100;

/** Never throws for what the target does: that is what is measured. Ends early on failures and on `signal`. */
export async function fire(
  { signal, elapsed, progress }: Pick<Context, 'signal' | 'elapsed' | 'progress'>,
  shots: Shots,
  /** Share of failed requests above which it stops. */
  stopAbove: number,
): Promise<Load> {
  const tally = createTally(shots.connections);
  const run = await begin(shots, tally);
  const start = elapsed();
  let stopped: Load['stopped'] = null;
  const stop = (why: 'failures' | 'aborted') => {
    stopped ??= why;
    run.stop();
  };
  const look = () => {
    const { requests, failed } = tally.counts();
    if (requests >= FEWEST_REQUESTS && failed / requests > stopAbove) stop('failures');
    const share = Math.min(1, (elapsed() - start) / shots.durationMs);
    progress.update(PROGRESS, {
      share,
      text: `${requests} requests, ${formatPercent(failed / (requests || 1))} failed`,
    });
  };
  const abort = () => stop('aborted');
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  const timer = setInterval(look, LOOK_EVERY_MS);
  progress.start(PROGRESS);
  try {
    await run.ended;
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', abort);
    progress.finish(PROGRESS, stopped === null ? 'done' : 'stopped');
  }
  return { ...tally.figures(elapsed() - start), stopped };
}

async function begin({ durationMs, ratePerSecond, ...request }: Shots, tally: ReturnType<typeof createTally>) {
  const { default: autocannon } = await import('autocannon');
  const run = autocannon({
    ...request,
    duration: durationMs / 1_000,
    overallRate: ratePerSecond,
    timeout: TIMEOUT_SECONDS,
    sampleInt: LOOK_EVERY_MS,
    setupClient: (client) => client.on('request', () => tally.sent()),
  });
  run.on('response', (...[, status, , tookMs]) => tally.answered(status, tookMs));
  run.on('reqError', () => tally.gaveUp());
  return { stop: () => run.stop(), ended: run };
}

const PROGRESS = 'load';

function createTally(connections: number) {
  const bins: Bins = new Map();
  const statuses: Record<string, number> = {};
  let [sent, answered, refused, gaveUp, longestMs] = [0, 0, 0, 0, 0];
  const at = (q: number) => {
    const value = quantile(bins, q);
    return value === null ? null : Math.round(Math.min(value, longestMs) * 1_000) / 1_000;
  };
  const counts = () => {
    // A connection that the server closes loses its request without an error: all that is not under way is lost.
    const unanswered = Math.max(gaveUp, sent - answered - connections);
    return { requests: answered + unanswered, failed: refused + unanswered, unanswered };
  };
  return {
    sent() {
      sent += 1;
    },
    answered(status: number, tookMs: number) {
      answered += 1;
      if (status >= 400) refused += 1;
      statuses[status] = (statuses[status] ?? 0) + 1;
      addToBin(bins, binOf(tookMs), 1);
      longestMs = Math.max(longestMs, tookMs);
    },
    gaveUp() {
      gaveUp += 1;
    },
    counts,
    figures: (durationMs: number) => ({
      ...counts(),
      statuses,
      requestsPerSecond: Math.round((answered / durationMs) * 10_000) / 10,
      p50Ms: at(0.5),
      p95Ms: at(0.95),
      p99Ms: at(0.99),
      maxMs: answered === 0 ? null : Math.round(longestMs * 1_000) / 1_000,
      durationMs: Math.round(durationMs),
    }),
  };
}
