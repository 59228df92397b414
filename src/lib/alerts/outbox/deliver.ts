/** Everything that waits, to wherever it may go now. */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/index.js';
import type { Context } from '../../context.js';
import type { ChannelSettings } from '../channels/index.js';
import { type Entry, placesIn } from './entry.js';
import type { Queues } from './give-up.js';
import { passOn } from './health.js';
import { recentDepartures, rotateLedger } from './ledger.js';
import { type Desk, openQueue, type Queue } from './queue.js';
import { listNames } from './records.js';
import { refresh } from './refresh.js';
import { type DeliveryReport, reportOf } from './report.js';
import { serve, type Turn } from './serve.js';
import { tidy } from './tidy.js';

export interface DeliveryContext extends Pick<Context, 'state' | 'now' | 'elapsed' | 'signal'> {
  readonly config: () => Promise<Pick<Config, 'environment'>>;
  readonly log: Pick<Context['log'], 'warn'>;
}

export interface DeliveryOptions {
  /** How long new attempts may begin; the last one then has its channel's `timeout`. */
  readonly budgetMs: number;
  /** What `enqueue` could not write. */
  readonly unwritten?: readonly Entry[];
  /** Names of the rules that fire now; default: those that the channels were told of and that did not end since. */
  readonly firing?: ReadonlySet<string>;
  /** Where the channel `stdout` writes; default: the log. */
  readonly print?: (line: string) => Promise<void>;
  readonly pause?: (milliseconds: number) => Promise<void>;
  readonly random?: () => number;
}

/**
 * Tells what waits in the outbox, the channels side by side; while the lock of the alerts is held. What cannot be told
 * now stays. Errors: those of the file system where the outbox cannot be read; the reason of an abort.
 */
export async function deliver(
  context: DeliveryContext,
  channels: Readonly<Record<string, ChannelSettings | undefined>>,
  options: DeliveryOptions,
): Promise<DeliveryReport> {
  const places = placesIn(await context.state());
  const departed = new Set(await recentDepartures(places.ledger));
  await rotateLedger(places.ledger);
  const desk: Desk = { places, departed, now: context.now, warn: context.log.warn };
  const corrupt: string[] = [];
  const queues = await openQueues(channels, desk, (what) => corrupt.push(what));
  for (const entry of options.unwritten ?? []) admit(queues.get(entry.channel), entry);
  const all = [...queues.values()];
  const turn = turnOf(context, queues, options);

  await together(all, (queue) => tidy(queue, queues));
  await together(all, (queue) => serve(queue, turn));
  const place = { environment: (await context.config()).environment, host: hostname() };
  for (const queue of all) await passOn(queue, { queues, place });
  // What the others were told of a channel that is down, and given in its stead, should not wait for the next run.
  await together(all, (queue) => (queue.state.failures === 0 ? serve(queue, turn) : Promise.resolve()));
  await together(all, (queue) => refresh(queue, turn, options.firing));
  return reportOf(all, corrupt, context.now());
}

/** Those of the configuration, and those that it has no more but for which something waits. */
async function openQueues(
  channels: Readonly<Record<string, ChannelSettings | undefined>>,
  desk: Desk,
  report: (what: string) => void,
): Promise<Queues> {
  const left = (await listNames(desk.places.outbox)).filter((name) => channels[name] === undefined);
  const names = [...Object.keys(channels), ...left];
  const open = (channel: string) => openQueue({ channel, settings: channels[channel], desk }, report);
  return new Map(await Promise.all(names.map(async (name) => [name, await open(name)] as const)));
}

function admit(queue: Queue | undefined, entry: Entry): void {
  if (queue !== undefined) queue.entries = [...queue.entries, entry];
}

function turnOf({ now, elapsed, signal, log }: DeliveryContext, queues: Queues, options: DeliveryOptions): Turn {
  const { budgetMs, random = Math.random, print = async (line) => log.warn(line) } = options;
  const end = elapsed() + budgetMs;
  const pause = async (milliseconds: number) => {
    if (milliseconds > 0) await sleep(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted());
  };
  const channelContext = { now, signal, print };
  return { queues, channelContext, left: () => end - elapsed(), pause: options.pause ?? pause, random };
}

/** Each to its end, whatever befalls the others; then the first error. */
async function together(queues: readonly Queue[], work: (queue: Queue) => Promise<void>): Promise<void> {
  const settled = await Promise.allSettled(queues.map(work));
  for (const result of settled) if (result.status === 'rejected') throw result.reason;
}
