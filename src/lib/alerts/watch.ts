/** Evaluates the rules again and again: the service behind `alerts watch`. */
import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import type { Context } from '../context.js';
import { abortReason, OperatorError } from '../errors.js';
import { notifySystemd } from '../process/notify-systemd.js';
import type { Outcome } from '../status.js';
import { Duration } from '../units.js';
import { loadRules } from './compile-rules.js';

export const WatchFlags = z.object({ interval: Duration.optional() });
export type WatchFlags = z.output<typeof WatchFlags>;

/** It ends by a signal alone, and then there is none. */
export const WatchResult = z.object({});

/** One evaluation, told in a line. */
export type Evaluate = (context: Context) => Promise<Outcome<{ readonly headline: string }>>;

/**
 * Evaluates at once and then every `interval` (default: `alerting.interval`) until the signal. A configuration that
 * changed on disk is read anew; while the new one is broken, the old one stays in force and each evaluation says so.
 * @throws OperatorError a configuration that is broken at the start; the reason of the signal, always
 */
export async function watchAlerts(context: Context, { interval }: WatchFlags, evaluate: Evaluate): Promise<never> {
  const { alerting } = await context.config();
  let current: Watched = { context, stamp: await stampOf(context) };
  await notifySystemd(context, 'READY=1');
  for (;;) {
    const begin = context.elapsed();
    current = await renewed(current);
    const headline = await evaluateOnce(current.context, evaluate);
    if (context.signal.aborted) break;
    await notifySystemd(context, 'WATCHDOG=1', `STATUS=${headline}`);
    const restMs = Math.max(0, (interval ?? alerting.interval) - (context.elapsed() - begin));
    await pause(restMs, undefined, { signal: context.signal }).catch(() => undefined);
    if (context.signal.aborted) break;
  }
  await notifySystemd({ ...context, exec: context.fork(AbortSignal.timeout(5_000)).exec }, 'STOPPING=1');
  throw abortReason(context.signal);
}

interface Watched {
  readonly context: Context;
  /** Of the configuration file that `context` has read. */
  readonly stamp: string;
}

/** With the configuration as it is on disk now, if that is new and whole. */
async function renewed(watched: Watched): Promise<Watched> {
  const stamp = await stampOf(watched.context);
  if (stamp === watched.stamp) return watched;
  const context = watched.context.renew();
  try {
    await loadRules(await context.config());
    context.log.info('the configuration has changed: it is in force now');
    return { context, stamp };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    context.log.warn(`the configuration has changed and is broken; the old one stays in force: ${error.message}`);
    return watched;
  }
}

/** Changes whenever the file is written or exchanged; '' without one. */
async function stampOf(context: Pick<Context, 'config'>): Promise<string> {
  const { file } = await context.config();
  const found = file === undefined ? undefined : await stat(file).catch(() => undefined);
  return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeMs}`;
}

/** An evaluation that fails is told, and the next one comes all the same. */
async function evaluateOnce(context: Context, evaluate: Evaluate): Promise<string> {
  try {
    const { result } = await evaluate(context);
    return result.headline;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    if (!context.signal.aborted) context.log.warn(`no evaluation: ${error.message}`);
    return error.message;
  }
}
