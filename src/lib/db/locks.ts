/** Who waits for whom, and who keeps everybody out. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { formatDuration } from '../measures.js';
import { blockedSessions } from '../pg/queries/blocked-sessions.js';
import { exclusiveLocks } from '../pg/queries/exclusive-locks.js';
import { preparedTransactions } from '../pg/queries/prepared-transactions.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { Blocking, judgeBlocking } from './health/blocking.js';

export const Locks = z.object({
  /** Sessions that wait, and those they wait for; pid 0 stands for a prepared transaction. */
  sessions: Blocking,
  /** Locks of the mode ACCESS EXCLUSIVE on tables, held or wanted: readers wait for them. */
  exclusive: z.array(
    z.object({
      pid: z.number().nullable(),
      table: z.string(),
      isGranted: z.boolean(),
      user: z.string().nullable(),
      application: z.string().nullable(),
      state: z.string().nullable(),
      transactionSeconds: z.number().nullable(),
      query: z.string().nullable(),
    }),
  ),
  prepared: z.array(z.object({ gid: z.string(), owner: z.string(), seconds: z.number(), release: z.string() })),
});
export type Locks = z.infer<typeof Locks>;

/** Errors: `VOPS-DB-…`. */
export async function inspectLocks({ config, pg }: Pick<Context, 'config' | 'pg'>): Promise<Outcome<Locks>> {
  const { thresholds } = (await config()).database;
  return pg(async (database) => {
    const locks = {
      sessions: await database.query(blockedSessions),
      exclusive: await database.query(exclusiveLocks),
      prepared: await database.query(preparedTransactions),
    };
    const old = locks.prepared.filter(({ seconds }) => seconds * 1_000 > thresholds.longTransaction);
    return conclude(locks, [...judgeBlocking(locks.sessions, { thresholds }), ...old.map(forgotten)]);
  });
}

const forgotten = ({ gid, owner, seconds, release }: Locks['prepared'][number]): Finding => ({
  code: 'VOPS-DB-PREPARED-TRANSACTION',
  severity: 'warning',
  message: `the prepared transaction '${gid}' of ${owner} holds its locks since ${formatDuration(seconds * 1_000)}`,
  hint: release,
});
