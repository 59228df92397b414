/** Puts the advice in order. Pure. */
import type { Finding } from '../../status.js';
import type { MaintainedObject } from '../maintain/report.js';
import type { OptimizeReport } from '../optimize.js';

type Advice = OptimizeReport['advice'][number];

const WEIGHT = { error: 3, unknown: 1, warning: 2, info: 0 } as const satisfies Record<Advice['severity'], number>;

/** The severe first. */
export const bySeverity = (findings: readonly Finding[]): readonly Finding[] =>
  [...findings].sort((one, other) => WEIGHT[other.severity] - WEIGHT[one.severity]);

/** The severe first; of equal ones those that a command does by itself, then the most bytes. */
export function rankAdvice(objects: readonly MaintainedObject[], findings: readonly Finding[]): readonly Advice[] {
  return [...objects.map(adviceOn), ...findings.map(adviceFrom)].sort(
    (one, other) =>
      WEIGHT[other.severity] - WEIGHT[one.severity] ||
      Number(other.isSafe) - Number(one.isSafe) ||
      (other.gainBytes ?? 0) - (one.gainBytes ?? 0),
  );
}

function adviceOn({ object, reason, note, outcome, sql, gainBytes }: MaintainedObject): Advice {
  const isSafe = outcome === 'planned';
  return {
    subject: object,
    why: isSafe ? reason : `${reason}; ${note ?? outcome}`,
    action: sql,
    isSafe,
    gainBytes,
    severity: outcome === 'skipped' ? 'info' : 'warning',
  };
}

/** A finding begins with what it is about, and its hint is what to do. */
const adviceFrom = ({ code, message, hint, severity }: Finding): Advice => ({
  subject: code,
  why: message,
  action: hint ?? null,
  isSafe: false,
  gainBytes: null,
  severity,
});
