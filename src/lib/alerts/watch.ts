/** Evaluates the rules again and again: the service behind `alerts watch`. */
import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import type { Context } from '../context.js';
import { abortReason, OperatorError } from '../errors.js';
import { notifySystemd } from '../process/notify-systemd.js';
import type { Outcome } from '../status.js';
import { TimeLimit } from '../units.js';

export const WatchFlags = z.object({ interval: TimeLimit.optional() });
export type WatchFlags = z.output<typeof WatchFlags>;

/** It ends by a signal alone, and then there is none. */
export const WatchResult = z.object({});

/** What is done again and again. */
export interface Watching {
  /** Reads of the configuration whatever an evaluation needs. Errors: `VOPS-CONFIG-…` where something in it is none. */
  readonly verify: (context: Context) => Promise<void>;
  /** One evaluation, told in a line. */
  readonly evaluate: (context: Context) => Promise<Outcome<{ readonly headline: string }>>;
  /** Resolves once nothing goes on that an evaluation has begun. */
  readonly ended: () => Promise<void>;
}

/**
 * Evaluates at once and then every `interval` (default: `alerting.interval`) until the signal. A configuration that
 * changed on disk is read anew; while the new one is broken, or gone, the old one stays in force and each evaluation says so.
 * @throws OperatorError a configuration that is broken at the start; the reason of the signal, always
 */
export async function watchAlerts(context: Context, { interval }: WatchFlags, watching: Watching): Promise<never> {
  await watching.verify(context);
  let current: Watched = { context, stamp: await stampOf(context) };
  await notifySystemd(context, 'READY=1');
  for (;;) {
    const begin = context.elapsed();
    current = await renewed(current, watching);
    const headline = await evaluateOnce(current.context, watching);
    if (context.signal.aborted) break;
    await notifySystemd(context, 'WATCHDOG=1', `STATUS=${headline}`);
    const { alerting } = await current.context.config();
    await rest(context, (interval ?? alerting.interval) - (context.elapsed() - begin));
    if (context.signal.aborted) break;
  }
  await watching.ended();
  await notifySystemd({ ...context, exec: context.fork(AbortSignal.timeout(5_000)).exec }, 'STOPPING=1');
  throw abortReason(context.signal);
}

/** Until the next evaluation, or the signal. A rest longer than the patience of systemd's watchdog is no hang. */
async function rest(context: Context, restMs: number): Promise<void> {
  const { signal, env } = context;
  const pulseMs = Number(env.WATCHDOG_USEC) / 1_000 / 2 || Number.POSITIVE_INFINITY;
  for (let leftMs = restMs; leftMs > 0 && !signal.aborted; leftMs -= pulseMs) {
    await pause(Math.min(leftMs, pulseMs), undefined, { signal }).catch(() => undefined);
    if (leftMs > pulseMs && !signal.aborted) await notifySystemd(context, 'WATCHDOG=1');
  }
}

interface Watched {
  readonly context: Context;
  /** Of the files that `context` has read. */
  readonly stamp: string;
}

const GONE = 'the configuration has gone; the old one stays in force';

/** With the configuration as it is on disk now, if that is new and whole. */
async function renewed(watched: Watched, { verify }: Pick<Watching, 'verify'>): Promise<Watched> {
  const { log, renew } = watched.context;
  const stamp = await stampOf(watched.context);
  if (stamp === watched.stamp) return watched;
  if (stamp === '') {
    log.warn(GONE); // without a file the defaults would be in force, and they tell nobody
    return watched;
  }
  const context = renew();
  try {
    await verify(context);
    log.info('the configuration has changed: it is in force now');
    return { context, stamp };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    log.warn(`the configuration has changed and is broken; the old one stays in force: ${error.message}`);
    return watched;
  }
}

/** Changes whenever the file, or one that holds a secret of it, is written or exchanged; '' without the file. */
async function stampOf(context: Pick<Context, 'config'>): Promise<string> {
  const { file, secretFiles } = await context.config();
  const own = file === undefined ? '' : await stampOfFile(file);
  return own && [own, ...(await Promise.all(secretFiles.map(stampOfFile)))].join();
}

async function stampOfFile(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined);
  return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeMs}`;
}

/** An evaluation that fails is told, and the next one comes all the same. */
async function evaluateOnce(context: Context, { evaluate }: Watching): Promise<string> {
  try {
    const { result } = await evaluate(context);
    return result.headline;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    if (!context.signal.aborted) context.log.warn(`no evaluation: ${error.message}`);
    return error.message;
  }
}
