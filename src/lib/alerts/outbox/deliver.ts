/** Everything that waits, to wherever it may go now. */
import { rmdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/index.js';
import type { Context } from '../../context.js';
import { systemCode } from '../../errors.js';
import type { ChannelSettings } from '../channels/index.js';
import { knownChannels, readChannelState } from './channel-state.js';
import { type Entry, placesIn } from './entry.js';
import type { Queues } from './give-up.js';
import { outagesIn, passOn } from './health.js';
import { recentDepartures, rotateLedger } from './ledger.js';
import { admit, type Desk, openQueue, type Queue } from './queue.js';
import { inTurns, listNames } from './records.js';
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
  /** Names of the rules that fire or flap now; default: those that the channels were told of and that did not end since. */
  readonly standing?: ReadonlySet<string>;
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
  const desk: Desk = { places, departed: new Set(), now: context.now, warn: context.log.warn };
  const corrupt: string[] = [];
  const queues = await openQueues(channels, desk, (what) => corrupt.push(what));
  const all = [...queues.values()];
  for (const entry of options.unwritten ?? []) {
    const queue = queues.get(entry.channel);
    if (queue !== undefined) admit(queue, entry);
  }
  if (all.some(({ entries }) => entries.length > 0)) await openLedger(desk);
  const turn = turnOf(context, queues, options);

  await together(all, (queue) => tidy(queue, queues));
  await together(all, (queue) => serve(queue, turn));
  const place = { environment: (await context.config()).environment, host: hostname() };
  for (const queue of all) await passOn(queue, { queues, place });
  // What the others were told of a channel that is down, and given in its stead, should not wait for the next run.
  await together(all, (queue) => (queue.state.failures === 0 ? serve(queue, turn) : Promise.resolve()));
  const standing = options.standing && new Set([...options.standing, ...outagesIn(all)]);
  await together(all, (queue) => refresh(queue, turn, standing));
  return reportOf(all, corrupt, context.now());
}

/** Those of the configuration, and those that it has no more but for which something waits, or which others know to be down. */
async function openQueues(
  channels: Readonly<Record<string, ChannelSettings | undefined>>,
  desk: Desk,
  report: (what: string) => void,
): Promise<Queues> {
  const configured = Object.keys(channels).filter((name) => channels[name] !== undefined);
  const known = [...(await listNames(desk.places.outbox)), ...(await knownChannels(desk.places.channels))];
  const others = [...new Set(known)].filter((name) => !configured.includes(name));
  const left = await inTurns(others, async (name) => ((await isSettled(desk, name)) ? [] : [name]));
  const open = (channel: string, settings?: ChannelSettings) => openQueue({ channel, settings, desk }, report);
  const queues = await Promise.all([
    ...configured.map((name) => open(name, channels[name])),
    ...left.flat().map((name) => open(name)),
  ]);
  return new Map(queues.map((queue) => [queue.channel, queue]));
}

/** Nothing waits for it, and nobody has to hear of it. What is no directory is none of ours. */
async function isSettled({ places }: Desk, name: string): Promise<boolean> {
  const isEmpty = await rmdir(join(places.outbox, name)).then(
    () => true,
    (error: unknown) => ['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? ''),
  );
  return isEmpty && (await readChannelState(places.channels, name)).down === null;
}

async function openLedger({ places, departed }: Desk): Promise<void> {
  for (const key of await recentDepartures(places.ledger)) departed.add(key);
  await rotateLedger(places.ledger);
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
