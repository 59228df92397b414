/**
 * The words every verdict is made of, and the ways verdicts combine.
 *
 * A finding is one thing an operator should know. An outcome is what every lib function returns: plain data with the
 * findings and the status derived from them. Nothing else decides an exit code.
 */

import type { Explanation } from './errors.js';

/** From good to bad. `unknown` means that no verdict was possible; it is never shown as good. */
export const STATUSES = ['ok', 'skipped', 'warning', 'unknown', 'partial', 'failed', 'interrupted'] as const;
export type Status = (typeof STATUSES)[number];

export const SEVERITIES = ['info', 'warning', 'unknown', 'error'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Finding {
  /** Stable identifier, `VOPS-…`, that scripts may match on. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** What to do next. */
  readonly hint?: string;
}

export interface Outcome<Result> {
  readonly status: Status;
  readonly findings: readonly Finding[];
  readonly result: Result;
  /** Why the work ended early, where it did and there is a result all the same: it then decides the exit code. */
  readonly error?: Explanation;
}

export const STATUS_OF_SEVERITY = {
  info: 'ok',
  warning: 'warning',
  unknown: 'unknown',
  error: 'failed',
} as const satisfies Record<Severity, Status>;

/** The worst of several verdicts on one thing; `ok` for none. */
export function worstOf(statuses: Iterable<Status>): Status {
  let worst = 0;
  for (const status of statuses) worst = Math.max(worst, STATUSES.indexOf(status));
  return STATUSES[worst] ?? 'ok';
}

/** Result and findings as an outcome whose status is that of the worst finding. */
export function conclude<Result>(result: Result, findings: readonly Finding[] = []): Outcome<Result> {
  return { status: worstOf(findings.map(({ severity }) => STATUS_OF_SEVERITY[severity])), findings, result };
}

/**
 * The verdict on a whole made of independent parts (steps of a tier, files of an archive): some failed and some good is
 * `partial`, nothing but parts without a verdict is `unknown`. Parts skipped on purpose do not count.
 */
export function foldParts(statuses: readonly Status[]): Status {
  const has = (...wanted: Status[]) => statuses.some((status) => wanted.includes(status));
  if (has('interrupted')) return 'interrupted';
  if (has('failed', 'partial')) return has('ok', 'warning', 'partial') ? 'partial' : 'failed';
  return worstOf(statuses.filter((status) => status !== 'skipped'));
}
