/** Tells an outside watcher that a run began, and how it ended. A watcher that cannot be reached never fails the run. */
import type { Secret } from './config/index.js';
import type { Context } from './context.js';
import { explain } from './errors.js';

export type Beat = 'start' | 'success' | 'fail';

/** healthchecks.io's shape, which others copy: the address itself is success. */
const SUFFIX = { start: '/start', success: '', fail: '/fail' } as const satisfies Record<Beat, string>;

const TIMEOUT_MS = 10_000;
/** After a signal there is less time. */
const HASTY_TIMEOUT_MS = 3_000;

/** Pings the address, if there is one; `rid` ties start and end together. Never throws. */
export async function sendHeartbeat(
  context: Pick<Context, 'log' | 'runId' | 'signal'>,
  address: Secret | undefined,
  beat: Beat,
): Promise<void> {
  if (!address) return;
  const url = new URL(address.reveal());
  url.pathname = url.pathname.replace(/\/$/, '') + SUFFIX[beat];
  url.searchParams.set('rid', runUuid(context.runId));
  try {
    const { request } = await import('./api/http.js');
    const timeoutMs = context.signal.aborted ? HASTY_TIMEOUT_MS : TIMEOUT_MS;
    const { status } = await request({ method: 'POST', url, timeoutMs });
    if (status >= 400) context.log.warn(`heartbeat (${beat}): the watcher answered ${status}`);
  } catch (error) {
    context.log.warn(`heartbeat (${beat}) was not delivered: ${explain(error).message}`);
  }
}

/** healthchecks.io wants a UUID; ours is the run's name padded, so that both can be found from each other. */
const runUuid = (runId: string) => `${runId}-0000-4000-8000-000000000000`;
