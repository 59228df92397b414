import * as z from 'zod';
import { blockedSessions } from '../../pg/queries/blocked-sessions.js';
import type { Finding } from '../../status.js';
import { type Circumstances, defineSection } from './section.js';

export const Blocking = z.array(
  z.object({
    pid: z.number(),
    /** Empty for a session that blocks others and waits for none. */
    blockedBy: z.array(z.number()),
    waitSeconds: z.number().nullable(),
    user: z.string().nullable(),
    application: z.string().nullable(),
    state: z.string().nullable(),
    query: z.string().nullable(),
  }),
);
export type Blocking = z.infer<typeof Blocking>;

/** Sessions that wait for a lock, and those that hold it. */
export const blocking = defineSection({
  data: Blocking,
  read: (database) => database.query(blockedSessions),
  judge: judgeBlocking,
});

/** One finding for every session at the root of a queue in which someone has waited too long. */
export function judgeBlocking(
  sessions: Blocking,
  { thresholds }: Pick<Circumstances, 'thresholds'>,
): readonly Finding[] {
  const waitingTooLong = sessions.filter(
    ({ waitSeconds }) => waitSeconds !== null && waitSeconds * 1_000 > thresholds.blocked,
  );
  const longest = Math.max(...waitingTooLong.map(({ waitSeconds }) => waitSeconds ?? 0));
  const roots = sessions.filter(({ pid }) => waitingTooLong.some((waiter) => rootsOf(waiter.pid, sessions).has(pid)));
  return roots.map(({ pid, state, application }) => ({
    code: 'VOPS-DB-BLOCKED',
    severity: 'warning',
    message:
      pid === 0
        ? `a prepared transaction blocks others, up to ${Math.round(longest)} s now`
        : `session ${pid} (${application || 'no application name'}, ${state ?? 'state hidden'}) blocks others, up to ${Math.round(longest)} s now`,
    hint:
      pid === 0
        ? 'commit or roll back what is in pg_prepared_xacts'
        : `let it finish, or end it: select pg_terminate_backend(${pid})`,
  }));
}

/** Follows the queue to those who wait for none. A cycle is a deadlock, which the server itself resolves. */
function rootsOf(pid: number, sessions: Blocking): ReadonlySet<number> {
  const blockers = new Map(sessions.map((session) => [session.pid, session.blockedBy]));
  const roots = new Set<number>();
  const seen = new Set<number>();
  const pending = [pid];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const above = blockers.get(next) ?? [];
    if (above.length === 0) roots.add(next);
    pending.push(...above);
  }
  return roots;
}
