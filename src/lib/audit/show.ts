/** `incidents audit`: who did what, and whether the log is as it was written. */
import * as z from 'zod';
import type { Context } from '../context.js';
import { conclude, type Finding, type Outcome } from '../status.js';
import { Duration } from '../units.js';
import { AuditRecord } from './entry.js';
import { auditFile } from './log.js';
import { readAudit } from './recent.js';
import { Verification, verifyAudit } from './verify.js';

export const AuditFlags = z.object({
  since: Duration.prefault('7d'),
  limit: z.coerce.number().int().min(1).max(100_000).default(50),
  verify: z.boolean().default(false),
});
export type AuditFlags = z.output<typeof AuditFlags>;

export const AuditReport = z.strictObject({
  file: z.string(),
  /** Newest last. */
  records: z.array(AuditRecord),
  /** Records of the period that are not shown. */
  omitted: z.number(),
  /** Null unless asked for. */
  verification: Verification.nullable(),
});
export type AuditReport = z.output<typeof AuditReport>;

/** Reads what was written since; with `verify`, all of it. Errors: `VOPS-FILE`. */
export async function showAudit(
  { config, now }: Pick<Context, 'config' | 'now'>,
  { since, limit, verify }: AuditFlags,
): Promise<Outcome<AuditReport>> {
  const { stateDirectory } = await config();
  const { records } = await readAudit(stateDirectory, new Date(+now() - since));
  const verification = verify ? await verifyAudit(stateDirectory) : null;
  const shown = records.slice(-limit);
  const report = {
    file: auditFile(stateDirectory),
    records: shown,
    omitted: records.length - shown.length,
    verification,
  };
  return conclude(report, verification ? judge(verification) : []);
}

const MAX_FINDINGS = 20;

function judge({ problems, isTorn }: Verification): Finding[] {
  const tampered = problems.slice(0, MAX_FINDINGS).map(
    ({ line, what }): Finding => ({
      code: 'VOPS-AUDIT-TAMPERED',
      severity: 'error',
      message: `line ${line}: ${what}`,
      hint: 'keep a copy of audit.jsonl and audit.head.json as they are, and find out who can write there',
    }),
  );
  const torn: Finding = {
    code: 'VOPS-AUDIT-TORN',
    severity: 'info',
    message: 'a crash cut the last line short; the next entry seals it',
  };
  return isTorn ? [...tampered, torn] : tampered;
}
