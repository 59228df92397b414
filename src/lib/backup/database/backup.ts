/** `db backup`: planned, made, and proven as far as wanted. */
import type { Finding, Outcome } from '../../status.js';
import { conclude } from '../../status.js';
import { type BackupContext, describeBackup, makeDatabaseBackup } from './apply.js';
import type { DatabaseBackup, DatabaseBackupFlags } from './plan.js';

/** Makes the backup that was planned. Errors: those of `makeDatabaseBackup`. */
export async function applyDatabaseBackup(
  context: BackupContext,
  plan: Outcome<DatabaseBackup>,
  { lockWait }: DatabaseBackupFlags,
): Promise<Outcome<DatabaseBackup>> {
  if (plan.findings.some(({ severity }) => severity === 'error')) return plan;
  const { maintenance } = await context.config();
  const waitMs = lockWait ?? (context.interactive ? 0 : maintenance.lockWait);
  const made = await makeDatabaseBackup(context, plan.result, { lockWaitMs: waitMs });
  return conclude(describeBackup(plan, made), [...plan.findings, ...sweptFindings(made.swept)]);
}

/** What an interrupted backup had left: told, for somebody may wonder where it went. */
const sweptFindings = (swept: readonly string[]): readonly Finding[] =>
  swept.map((path) => ({
    code: 'VOPS-BACKUP-SWEPT',
    severity: 'info',
    message: `removed what an interrupted backup had left: ${path}`,
  }));
