/** What leaves a queue before its turn. */
import { type Entry, keyOf } from './entry.js';
import { giveUp, type Queues } from './give-up.js';
import { count, type Queue, removeEntries, saveState, takeOut } from './queue.js';
import { expired, surplus } from './selection.js';

/** Told already, not wanted, too old, too many, or for a channel that is gone. */
export async function tidy(queue: Queue, queues: Queues): Promise<void> {
  const { channel, settings, desk } = queue;
  const now = desk.now();
  const at = now.toISOString();
  const told = queue.entries.filter((entry) => desk.departed.has(keyOf(entry)));
  await removeEntries(queue, told);
  const gaveUp = (reason: string) => ({ reason, queues });
  if (settings === undefined) return giveUp(queue, queue.entries, gaveUp(`no channel "${channel}" is configured`));
  const unwanted = settings.sendResolved ? [] : queue.entries.filter((entry) => isBareEnd(entry, queue));
  await takeOut(queue, unwanted, { at, outcome: 'unwanted' });
  const old = expired(queue.entries, now);
  if (old.length > 0)
    await giveUp(queue, old, gaveUp(`not told within 7 days: ${queue.state.lastError?.reason ?? 'never tried'}`));
  const dropped = surplus(queue.entries);
  await takeOut(queue, dropped, { at, outcome: 'dropped', reason: 'too many waited' });
  count(queue, 'dropped', dropped.length);
  queue.state = { ...queue.state, unmentionedDrops: queue.state.unmentionedDrops + dropped.length };
  if (unwanted.length + old.length + dropped.length > 0) await saveState(queue);
}

/** An end of which nothing else waits: with a begin that waits, it tells that the alert does not fire any more. */
const isBareEnd = ({ event }: Entry, { entries }: Queue): boolean =>
  event.kind === 'resolved' &&
  !entries.some(
    ({ event: { rule, episode, kind } }) => kind !== 'resolved' && rule === event.rule && episode === event.episode,
  );
