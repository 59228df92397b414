/** One maintenance of a database at a time, from however many hosts. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Context } from '../context.js';
import { abortReason, OperatorError } from '../errors.js';
import { formatDuration } from '../measures.js';
import type { MaintenanceSession, Query } from './index.js';
import { lockHolder } from './queries/lock-holder.js';

const RETRY_MS = 1_000;

const tryLock: Query<{ locked: boolean }> = {
  sql: 'select pg_try_advisory_lock($1, $2) as locked',
  row: z.object({ locked: z.boolean() }),
};
/** `VOPS` as a number, and one more for what it is about. Held by the session that does the work: they end together. */
const LOCKS = {
  maintenance: { key: [0x564f5053, 1], does: 'maintains this database' },
  tiers: { key: [0x564f5053, 2], does: 'runs a maintenance tier' },
} as const;

interface Wait {
  readonly waitMs: number;
  readonly what?: keyof typeof LOCKS;
}

/**
 * Takes the advisory lock for this session, or waits for it. It ends with the session.
 * @throws OperatorError VOPS-LOCK-BUSY naming the session that holds it.
 */
export async function lockDatabase(
  session: MaintenanceSession,
  { signal, elapsed }: Pick<Context, 'signal' | 'elapsed'>,
  { waitMs, what = 'maintenance' }: Wait,
): Promise<void> {
  const { key, does } = LOCKS[what];
  const start = elapsed();
  for (;;) {
    const [answer] = await session.query(tryLock, key);
    if (answer?.locked) return;
    if (elapsed() - start >= waitMs) throw busy((await session.query(lockHolder, key))[0], does, waitMs);
    await sleep(Math.min(RETRY_MS, waitMs), undefined, { signal }).catch(() => {
      throw abortReason(signal);
    });
  }
}

function busy(holder: z.infer<typeof lockHolder.row> | undefined, does: string, waitMs: number): OperatorError {
  const who = holder
    ? `${holder.application || 'a session'} (session ${holder.pid} from ${holder.client ?? 'the server itself'}, ` +
      `since ${formatDuration(holder.seconds * 1_000)})`
    : 'another session';
  const waited = waitMs > 0 ? `, also after ${formatDuration(waitMs)}` : '';
  return new OperatorError('VOPS-LOCK-BUSY', `${who} ${does}${waited}`, {
    hint: holder
      ? `wait with --lock-wait 30m; if its run is dead: select pg_terminate_backend(${holder.pid})`
      : 'try again, or wait with --lock-wait 30m',
  });
}
