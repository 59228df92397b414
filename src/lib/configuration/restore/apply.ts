/** Carries out a restore that was planned: a safety snapshot first, then all files together, then a line in the audit log. */
import { join } from 'node:path';
import { type AuditContext, appendAudit, personActing } from '../../audit/index.js';
import { SAFETY_NAME, type SendContext } from '../../backup/index.js';
import type { Context } from '../../context.js';
import { abortReason, explain, OperatorError } from '../../errors.js';
import { withLock } from '../../process/index.js';
import { conclude, type Finding, type Outcome } from '../../status.js';
import { applyConfigBackup, planConfigBackup } from '../backup.js';
import { shownPath } from '../state/state.js';
import { type Prepared, prepareRestore } from './plan.js';
import { type ConfigRestore, type ConfigRestoreFlags, isChange } from './report.js';
import { type Write, writeTogether } from './write.js';

type RestoreContext = SendContext & AuditContext & Pick<Context, 'env'>;

/**
 * Errors: `VOPS-USAGE` for unsaved changes without `confirm`; `VOPS-LOCK-BUSY` while another restore runs; those of the
 * plan, of `createBackup` and of `writeTogether`.
 */
export async function applyConfigRestore(
  context: RestoreContext,
  plan: Outcome<ConfigRestore>,
  flags: ConfigRestoreFlags,
): Promise<Outcome<ConfigRestore>> {
  if (!plan.result.files.some(isChange)) return { ...plan, result: { ...plan.result, applied: true } };
  refuseUnsaved(plan.result, flags);
  const holder = { command: 'config restore', runId: context.runId, startedAt: context.now().toISOString() };
  const lock = { waitMs: 0, signal: context.signal, holder };
  return withLock(join(await context.state(), 'restore.lock'), lock, async () => {
    const safety = await applyConfigBackup(context, await planConfigBackup(context, { name: SAFETY_NAME }));
    // Looked at anew, now that the safety snapshot holds what is there: what was planned is what is done.
    const prepared = await prepareRestore(context, { ...flags, snapshot: plan.result.id });
    refuseOtherThan(plan.result, prepared);
    if (context.signal.aborted) throw abortReason(context.signal);
    await writeAll(context, prepared, safety.result.path);
    const result = { ...plan.result, applied: true, safetySnapshot: safety.result.path };
    const remaining = plan.findings.filter(({ code }) => code !== 'VOPS-CONFIG-UNSAVED');
    return conclude(result, [...remaining, ...safety.findings, RESTART]);
  });
}

const RESTART: Finding = {
  code: 'VOPS-CONFIG-RESTART',
  severity: 'info',
  message: 'the backend runs with what it was started with',
  hint: 'build and restart it for the restored configuration to count',
};

function refuseUnsaved({ files }: ConfigRestore, { confirm }: ConfigRestoreFlags): void {
  const unsaved = files.filter(({ isUnsaved }) => isUnsaved).map(({ to }) => to);
  if (unsaved.length === 0 || confirm) return;
  throw new OperatorError('VOPS-USAGE', `these have changes that are in no snapshot: ${unsaved.join(', ')}`, {
    hint: 'keep them (viktoria-ops config backup), or add --confirm: a snapshot is made before they are replaced',
  });
}

function refuseOtherThan(plan: ConfigRestore, { files }: Prepared): void {
  const keyOf = ({ path, action }: ConfigRestore['files'][number]) => `${action} ${path}`;
  if (plan.files.map(keyOf).join('\n') === files.map(keyOf).join('\n')) return;
  throw new OperatorError('VOPS-FILE', 'the files have changed since the restore was planned', {
    hint: 'nothing was restored; look again with --dry-run',
  });
}

async function writeAll(context: RestoreContext, { manifest, snapshot, root, files }: Prepared, safety: string | null) {
  const changes = files.filter(isChange);
  const modes = new Map(manifest.files.map(({ path, mode }) => [path, Number.parseInt(mode, 8) & 0o777]));
  const writes = changes.map(({ path, to, action }): Write => {
    return {
      path: to,
      content: action === 'remove' ? null : (snapshot.files.get(path) ?? null),
      mode: modes.get(path) ?? 0o600,
    };
  });
  const entry = {
    actor: personActing(context),
    action: 'config.restored',
    subject: manifest.id,
    details: { paths: changes.map(({ path }) => shownPath(path)), safetySnapshot: safety },
  };
  try {
    await writeTogether(writes, { root, suffix: `.${context.runId}.partial` });
  } catch (error) {
    await appendAudit(context, { ...entry, outcome: `failed: ${explain(error).message}` });
    throw error;
  }
  await appendAudit(context, { ...entry, outcome: 'done' });
}
