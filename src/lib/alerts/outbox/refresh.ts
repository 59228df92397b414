/** Receivers that forget, such as Alertmanager, are told at each run what still fires. */
import { explain } from '../../errors.js';
import { channelOf } from '../channels/index.js';
import { type Queue, saveState } from './queue.js';
import type { Turn } from './serve.js';

/** @param rules that fire by the engine's word; what fires by the channel's alone is told no more, and ends by itself */
export async function refresh(
  queue: Queue,
  { channelContext }: Pick<Turn, 'channelContext'>,
  rules?: ReadonlySet<string>,
): Promise<void> {
  const { settings, state, desk } = queue;
  if (settings === undefined) return;
  const tellAgain = channelOf(settings).refresh;
  if (tellAgain === undefined || Object.keys(state.firing).length === 0) return;
  const known = Object.entries(state.firing);
  const firing = known.filter(([rule]) => rules?.has(rule) ?? true);
  if (firing.length < known.length) {
    queue.state = { ...state, firing: Object.fromEntries(firing) };
    await saveState(queue);
  }
  // What waits is tried when its time has come, and this then, too. Nothing waits, and nothing else would try.
  if (firing.length === 0 || (state.failures > 0 && queue.entries.length > 0)) return;
  try {
    const context = { ...channelContext, timeoutMs: settings.timeout, told: {} };
    const outcome = await tellAgain(
      firing.map(([, event]) => event),
      settings,
      context,
    );
    if (outcome.outcome !== 'delivered') desk.warn(`${queue.channel}: ${outcome.reason}`);
  } catch (error) {
    channelContext.signal.throwIfAborted();
    desk.warn(`${queue.channel}: ${explain(error).message}`);
  }
}
