/** One channel's turn: message after message, until nothing waits, nothing may be tried yet, or the time is up. */
import { explain } from '../../errors.js';
import { type ChannelContext, type ChannelSettings, channelOf, type DeliveryOutcome } from '../channels/index.js';
import { composeMessage, type Message } from '../message/index.js';
import { giveUp, type Queues } from './give-up.js';
import { afterFailure, afterSuccess, paced, waitBefore } from './patience.js';
import { count, type Queue, saveState, takeOut } from './queue.js';
import { type Batch, nextBatch } from './selection.js';

export interface Turn {
  readonly queues: Queues;
  readonly channelContext: Omit<ChannelContext, 'timeoutMs' | 'told'>;
  /** Milliseconds that are left. */
  readonly left: () => number;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** 0 to 1. */
  readonly random: () => number;
}

/** Failures in a row that end the turn; the rest is for the next run. */
const MOST_FAILURES = 4;

export async function serve(queue: Queue, turn: Turn): Promise<void> {
  const { settings } = queue;
  if (settings === undefined) return;
  let itemsAtOnce = channelOf(settings).itemsAtOnce;
  for (let failures = 0; failures < MOST_FAILURES; ) {
    const batch = nextBatch(queue.entries, itemsAtOnce);
    const waitMs = waitBefore(queue.state, queue.desk.now());
    if (batch === undefined || waitMs > turn.left()) return;
    await turn.pause(waitMs);
    const outcome = await tell(batch, queue, { ...turn, settings });
    if (outcome === 'failed') failures++;
    if (outcome === 'delivered') failures = 0;
    // One of many is not taken: which one shows by halves.
    itemsAtOnce = outcome === 'too-much' ? Math.ceil(batch.items.length / 2) : channelOf(settings).itemsAtOnce;
  }
}

type Telling = Turn & { readonly settings: ChannelSettings };

/** Sends one message, and keeps the books. */
async function tell(batch: Batch, queue: Queue, telling: Telling): Promise<'delivered' | 'failed' | 'too-much'> {
  const { queues, settings } = telling;
  const { now: clock, warn } = queue.desk;
  const { paceMs = 0 } = channelOf(settings);
  const message = composeMessage(batch.items, remarksOn(batch, queue));
  const outcome = await send(message, queue.state, telling);
  const now = clock();
  if (outcome.outcome === 'delivered') {
    if (outcome.remark) warn(`${queue.channel}: ${outcome.remark}`);
    await takeOut(queue, batch.entries, { at: now.toISOString(), outcome: 'delivered', message: message.id });
    queue.state = afterSuccess(queue.state, now, paceMs);
    count(queue, 'delivered', batch.entries.length);
    await saveState(queue);
    return 'delivered';
  }
  const { reason } = outcome;
  const about = outcome.outcome === 'permanent' ? outcome.about : undefined;
  if (about === 'message' && batch.items.length > 1) {
    queue.state = paced(queue.state, now, paceMs);
    return 'too-much';
  }
  const retryAfterMs = outcome.outcome === 'passing' ? outcome.retryAfterMs : paceMs;
  const failure = { now, reason, isFinal: about === 'channel', retryAfterMs, random: telling.random() };
  queue.state = afterFailure(queue.state, failure);
  count(queue, 'failed', batch.entries.length);
  if (about !== undefined) {
    await giveUp(queue, about === 'channel' ? queue.entries : batch.entries, { reason, queues });
  }
  await saveState(queue);
  return 'failed';
}

/** A bug in one channel holds up neither the others nor, as something that may pass, its own entries for ever. */
async function send(
  message: Message,
  { firing: told }: Queue['state'],
  { settings, channelContext }: Telling,
): Promise<DeliveryOutcome> {
  const context = { ...channelContext, timeoutMs: settings.timeout, told };
  try {
    return await channelOf(settings).deliver(message, settings, context);
  } catch (error) {
    context.signal.throwIfAborted();
    return { outcome: 'passing', reason: explain(error).message };
  }
}

function remarksOn({ entries }: Batch, { state: { unmentionedDrops } }: Queue): readonly string[] {
  const standsInFor = [...new Set(entries.flatMap(({ insteadOf }) => insteadOf))];
  return [
    ...(standsInFor.length === 0 ? [] : [`sent here because ${standsInFor.join(', ')} did not take it`]),
    ...(unmentionedDrops === 0 ? [] : [`${unmentionedDrops} older events were dropped: too many waited`]),
  ];
}
