/** Receivers that forget, such as Alertmanager, are told at each run what still fires. */
import { explain } from '../../errors.js';
import { channelOf } from '../channels/index.js';
import { type Queue, saveState } from './queue.js';
import type { Turn } from './serve.js';

type Known = Queue['state']['firing'];

/** @param rules that fire or flap by the engine's word; what does so by the channel's alone is told no more, and ends by itself */
export async function refresh(
  queue: Queue,
  { channelContext }: Pick<Turn, 'channelContext'>,
  rules?: ReadonlySet<string>,
): Promise<void> {
  const { settings, state, desk } = queue;
  if (settings === undefined) return;
  const tellAgain = channelOf(settings).refresh;
  if (tellAgain === undefined) return;
  const lasting = (known: Known) =>
    Object.fromEntries(Object.entries(known).filter(([rule]) => rules?.has(rule) ?? true));
  const [firing, flapping] = [lasting(state.firing), lasting(state.flapping)];
  const standing = [firing, flapping].flatMap((known) => Object.values(known));
  if (standing.length < Object.keys(state.firing).length + Object.keys(state.flapping).length) {
    queue.state = { ...state, firing, flapping };
    await saveState(queue);
  }
  // What waits is tried when its time has come, and this then, too. Nothing waits, and nothing else would try.
  if (standing.length === 0 || (state.failures > 0 && queue.entries.length > 0)) return;
  try {
    const context = { ...channelContext, timeoutMs: settings.timeout, told: {} };
    const outcome = await tellAgain(standing, settings, context);
    if (outcome.outcome !== 'delivered') desk.warn(`${queue.channel}: ${outcome.reason}`);
  } catch (error) {
    channelContext.signal.throwIfAborted();
    desk.warn(`${queue.channel}: ${explain(error).message}`);
  }
}
