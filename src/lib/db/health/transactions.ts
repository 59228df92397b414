import * as z from 'zod';
import { only } from '../../pg/only.js';
import { hiddenSessions } from '../../pg/queries/hidden-sessions.js';
import { openTransactions } from '../../pg/queries/open-transactions.js';
import type { Finding } from '../../status.js';
import { type Circumstances, defineSection } from './section.js';

const Transactions = z.object({
  /** Oldest first. */
  open: z.array(
    z.object({
      pid: z.number(),
      user: z.string().nullable(),
      application: z.string(),
      state: z.string(),
      transactionSeconds: z.number(),
      /** How long it has been in this state. */
      stateSeconds: z.number(),
      query: z.string(),
    }),
  ),
  /** Sessions whose transactions our role may not see. */
  hidden: z.number(),
  role: z.string(),
});
type Transactions = z.infer<typeof Transactions>;

/** Transactions left open: they hold locks, and keep VACUUM from its work. */
export const transactions = defineSection({
  data: Transactions,
  read: async (database) => ({
    open: await database.query(openTransactions),
    ...only(await database.query(hiddenSessions)),
  }),
  judge: judgeTransactions,
});

export function judgeTransactions(
  { open, hidden, role }: Transactions,
  { thresholds: { longTransaction, idleInTransaction } }: Pick<Circumstances, 'thresholds'>,
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const session of open) {
    const isIdle = session.state.startsWith('idle in transaction');
    const who = `session ${session.pid} (${session.application || 'no application name'}, role ${session.user})`;
    if (isIdle && session.stateSeconds * 1_000 > idleInTransaction) {
      findings.push({
        code: 'VOPS-DB-IDLE-IN-TRANSACTION',
        severity: 'warning',
        message: `${who} holds a transaction open and has done nothing for ${Math.round(session.stateSeconds)} s`,
        hint: endSession(session.pid),
      });
    } else if (session.transactionSeconds * 1_000 > longTransaction) {
      findings.push({
        code: 'VOPS-DB-LONG-TRANSACTION',
        severity: 'warning',
        message: `${who} has had a transaction open for ${Math.round(session.transactionSeconds)} s`,
        hint: endSession(session.pid),
      });
    }
  }
  return hidden > 0 ? [...findings, notAllSeen(hidden, role)] : findings;
}

const endSession = (pid: number) => `see what it waits for; to end it: select pg_terminate_backend(${pid})`;

const notAllSeen = (hidden: number, role: string): Finding => ({
  code: 'VOPS-DB-SESSIONS-HIDDEN',
  severity: 'unknown',
  message: `role ${role} may not see what ${hidden} sessions in this database do`,
  hint: `as a superuser: grant pg_read_all_stats to "${role.replaceAll('"', '""')}"`,
});
