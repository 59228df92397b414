/** What a maintenance run comes to: some done and some not is partial, none done of those wanted is a failure. */
import type { Explanation } from '../../errors.js';
import { conclude, type Finding, foldParts, type Outcome, type Status } from '../../status.js';
import type { MaintainedObject, MaintenanceReport } from './report.js';

const STATUS_OF_OUTCOME: Partial<Record<MaintainedObject['outcome'], Status>> = {
  done: 'ok',
  blocked: 'failed',
  failed: 'failed',
  left: 'interrupted',
};

/** What nobody could do is a finding of its own, each with its reason; `0 of N` is no success. */
export function concludeMaintenance(
  report: MaintenanceReport,
  findings: readonly Finding[],
  error?: Explanation,
): Outcome<MaintenanceReport> {
  const outcome = conclude(report, [...findings, ...report.objects.flatMap(obstacleOf)]);
  const parts = report.objects.flatMap(({ outcome: came }) => STATUS_OF_OUTCOME[came] ?? []);
  const whole = foldParts(parts);
  const ended = whole === 'ok' ? outcome : { ...outcome, status: whole };
  return error === undefined ? ended : { ...ended, error };
}

function obstacleOf({ outcome, action, object, note, hint }: MaintainedObject): Finding[] {
  if (outcome !== 'blocked' && outcome !== 'failed') return [];
  return [
    {
      code: outcome === 'blocked' ? 'VOPS-DB-MAINTENANCE-BLOCKED' : 'VOPS-DB-MAINTENANCE-FAILED',
      severity: 'error',
      message: `${object}: ${NOUNS[action]} ${outcome === 'blocked' ? 'not possible' : 'failed'}: ${note ?? 'for no known reason'}`,
      ...(hint !== null && { hint }),
    },
  ];
}

const NOUNS = {
  vacuum: 'VACUUM',
  analyze: 'ANALYZE',
  reindex: 'REINDEX',
  drop: 'DROP INDEX',
  rewrite: 'rewriting',
} as const satisfies Record<MaintainedObject['action'], string>;

/** The plan for a standby: nothing, and that is well. */
export const standbyFinding: Finding = {
  code: 'VOPS-DB-STANDBY',
  severity: 'info',
  message: 'skipped: this server is a standby, which follows its primary in all of this',
};
