/** `db backup`, carried out. */
import type { Outcome } from '../../status.js';
import { concludeBackup, proveAndSend } from '../finish.js';
import type { VerifyContext } from '../verify/site.js';
import { describeBackup, makeDatabaseBackup } from './apply.js';
import type { DatabaseBackup, DatabaseBackupFlags } from './plan.js';

/** Makes the backup that was planned; none where the plan has an error. Errors: those of `makeDatabaseBackup`. */
export async function applyDatabaseBackup(
  context: VerifyContext,
  plan: Outcome<DatabaseBackup>,
  { lockWait, level }: DatabaseBackupFlags,
): Promise<Outcome<DatabaseBackup>> {
  if (plan.findings.some(({ severity }) => severity === 'error')) return plan;
  const { maintenance } = await context.config();
  const lockWaitMs = lockWait ?? (context.interactive ? 0 : maintenance.lockWait);
  const made = await makeDatabaseBackup(context, plan.result, { lockWaitMs });
  const finished = await proveAndSend(context, made, level);
  const { level: reached, copy } = finished;
  return concludeBackup({ ...describeBackup(plan, made), level: reached, copy }, plan.findings, finished);
}
