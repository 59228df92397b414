import * as z from 'zod';
import { defineCommand } from '../../lib/command.js';
import { inspectLocks, Locks } from '../../lib/db/locks.js';
import { countOf } from '../../lib/measures.js';
import type { Theme } from '../../lib/terminal/theme.js';

export default defineCommand({
  flags: z.object({}),
  result: Locks,
  run: inspectLocks,
  summary: ({ sessions, exclusive }) => {
    const waiting = sessions.filter(({ blockedBy }) => blockedBy.length > 0).length;
    const held = exclusive.filter(({ isGranted }) => isGranted).length;
    if (waiting === 0) return `nobody waits${held > 0 ? `, ${countOf(held, 'table')} locked for readers` : ''}`;
    return `${countOf(waiting, 'session')} wait${waiting === 1 ? 's' : ''} for others`;
  },
  view: (locks, theme) =>
    [sessionTable, exclusiveTable, preparedTable]
      .map((table) => table(locks, theme))
      .filter(Boolean)
      .join('\n\n'),
  spansEnvironments: true,
  examples: ['viktoria-ops db locks', 'viktoria-ops db locks --json'],
  sample: {
    sessions: [
      {
        pid: 4_711,
        blockedBy: [],
        waitSeconds: null,
        user: 'strapi',
        application: '',
        state: 'idle in transaction',
        query: 'update matches set score = $1',
      },
      {
        pid: 4_802,
        blockedBy: [4_711],
        waitSeconds: 41.2,
        user: 'strapi',
        application: '',
        state: 'active',
        query: 'update matches set score = $1',
      },
    ],
    exclusive: [],
    prepared: [],
  },
});

/** Those who wait, below those they wait for. */
function sessionTable({ sessions }: Locks, theme: Theme): string {
  if (sessions.length === 0) return '';
  const rows = inTree(sessions).map(({ session, depth }) => [
    `${'  '.repeat(depth)}${session.pid === 0 ? 'prepared' : session.pid}`,
    session.user,
    session.application,
    session.state,
    session.waitSeconds === null ? null : theme.duration(session.waitSeconds * 1_000),
    session.query,
  ]);
  return theme.table(['session', 'role', 'application', 'state', 'waits', 'query'], rows);
}

type Session = Locks['sessions'][number];

/** Every session once, below the first of those it waits for; a deadlock, which has no top, comes last. */
function inTree(sessions: Locks['sessions']): readonly { readonly session: Session; readonly depth: number }[] {
  const seen = new Set<number>();
  const below = (session: Session, depth: number): { session: Session; depth: number }[] => {
    if (seen.has(session.pid)) return [];
    seen.add(session.pid);
    const waiting = sessions.filter(({ blockedBy }) => blockedBy.includes(session.pid));
    return [{ session, depth }, ...waiting.flatMap((waiter) => below(waiter, depth + 1))];
  };
  const roots = sessions.filter(({ blockedBy }) => blockedBy.length === 0);
  return [...roots, ...sessions].flatMap((session) => below(session, 0));
}

function exclusiveTable({ exclusive }: Locks, theme: Theme): string {
  if (exclusive.length === 0) return '';
  const rows = exclusive.map((lock) => [
    lock.table,
    lock.isGranted ? 'held' : 'wanted',
    lock.pid ?? 'prepared',
    lock.application,
    lock.transactionSeconds === null ? null : theme.duration(lock.transactionSeconds * 1_000),
    lock.query,
  ]);
  return theme.table(['exclusively locked', 'lock', 'session', 'application', 'transaction', 'query'], rows);
}

function preparedTable({ prepared }: Locks, theme: Theme): string {
  if (prepared.length === 0) return '';
  const rows = prepared.map(({ gid, owner, seconds }) => [gid, owner, theme.duration(seconds * 1_000)]);
  return theme.table(['prepared transaction', 'role', 'since'], rows);
}
